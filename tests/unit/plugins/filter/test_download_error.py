"""What a role says of a download that failed."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.download_error import download_error

SECRET = "s3" + "cret"
URL = f"https://ann:{SECRET}@mirror/docker-compose?sig={SECRET}"
WRONG = f"The checksum for /usr/local/bin/docker-compose did not match {'0' * 64}; it was {'1' * 64}."


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (WRONG, "compose_sha256 to its checksum"),
        (f"Request failed: <urlopen error timed out> {URL}", "set compose_proxy"),
    ],
)
@pytest.mark.parametrize("loop", [False, True])
def test_the_address_the_reason_and_the_remedy_without_a_secret(reason, remedy, loop):
    attempt = {"failed": True, "msg": reason}
    result = {"failed": True, "msg": "One or more items failed", "results": [{"failed": False}, attempt]}
    said = download_error(result if loop else attempt, "compose", URL)
    assert "https://mirror/docker-compose" in said
    assert reason[:30] in said
    assert remedy in said
    assert SECRET not in said
