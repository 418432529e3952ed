"""Every download of the site is spoilt, in each way that networks and servers have; once that is over, a plain run ends as if nothing had happened."""

from __future__ import annotations

import pytest
from chain import Fault, meet
from trial import Proxy, Site, Undisturbed, plain_run_ends_well

# What is downloaded: the addresses, and what the user reads where that does not work.
DOWNLOADS = {
    "package-lists": (r"/dists/", "(?i)package lists|update( the)? (apt )?cache"),
    "packages": (r"[.]deb$", r"[.]deb"),
    "compose": (r"/docker-compose-linux-[^/]*$", r"/docker-compose-linux-"),
    "installer": (r"/Anaconda3-[^/]*[.]sh$", r"/Anaconda3-"),
    "repository": (r"/ride-duration[.]git/", r"/ride-duration[.]git"),
    "month": (r"/green_tripdata", r"/green_tripdata"),
    "file": (r"/zones[.]csv$", r"/zones[.]csv"),
    "channel": (r"/repodata", r"http://mirror/conda"),
    "conda-packages": (r"/conda/.*[.]conda$", r"[.]conda|http://mirror/conda"),
    "image": (r"/v2/library/hello-world/", r"docker_registry_mirrors"),
}
KINDS = {
    "cut": "the connection is cut in the middle",
    "short": "half of it comes, as the length says",
    "garbage": "other bytes come, as many as the length says",
    "html": "a page comes instead, as of a hotel's network",
    "404": "the server has not got it",
    "500": "the server is broken",
    "down": "the server is down",
}


@pytest.mark.parametrize("kind", KINDS)
def test_spoilt(kind: str, site: Site, proxy: Proxy, reference: Undisturbed, tried) -> None:
    spoilt = {name: {"name": name, "match": match, "kind": kind} for name, (match, _words) in DOWNLOADS.items()}

    def mend(name: str) -> None:
        tried(f"{name}: {KINDS[kind]}")
        del spoilt[name]
        proxy.spoil(list(spoilt.values()))

    proxy.spoil(list(spoilt.values()))
    faults = [Fault(name, words, lambda name=name: mend(name)) for name, (_match, words) in DOWNLOADS.items()]
    with proxy.between(site):
        meet(site, faults, happened=proxy.met)
    plain_run_ends_well(site, reference)
