"""The command that keeps the roles' checksums, against copies of the vendors' pages on a server of its own."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import checksums
import pytest
import yaml

ROW = (
    '<tr>\n<td><a href="{0}">{0}</a></td>\n<td class="s">1.0G</td>\n<td>2026-01-01 00:00:00</td>\n<td>{1}</td>\n</tr>\n'
)
LISTINGS = {"anaconda": "archive", "miniconda": "miniconda"}
BASES = {
    "https://repo.anaconda.com": "",
    "https://github.com/conda-forge/miniforge/releases/download": "/miniforge",
    "https://github.com/docker/compose/releases/download": "/compose",
}
PRODUCTS = ["anaconda", "miniconda", "miniforge", "compose"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Vendors:
    """The roles' variables, pointed at a server, and what the server publishes."""

    def __init__(self, folder, address):
        self.folder = folder / "www"
        self.paths = []
        for original in checksums.VARS:
            text = original.read_text()
            for base, path in BASES.items():
                text = text.replace(base, address + path)
            self.paths.append(folder / f"{original.parts[-3]}.yml")
            self.paths[-1].write_text(text)
        assert all("https://" not in path.read_text() for path in self.paths)
        self.publish(self.known())

    def texts(self):
        return [path.read_text() for path in self.paths]

    def known(self):
        """Return the checksums that the roles have, by product."""
        conda, compose = (yaml.safe_load(text) for text in self.texts())
        return conda["__anaconda_checksums"] | {"compose": compose["__compose_checksums"]}

    def publish(self, known):
        """Write what the vendors publish: listings for two of them, with older rows, and a file beside each download for the others."""
        products = {}
        for text in self.texts():
            products |= checksums.Known.read(text).products
        for name, versions in known.items():
            files = {
                products[name].file.format(version=version, arch=arch): (version, checksum)
                for version, sums in versions.items()
                for arch, checksum in sums.items()
            }
            if name in LISTINGS:
                rows = [ROW.format("Anaconda2-1.4.0-Linux-x86_64.sh", "0" * 32)]
                rows += [ROW.format(file, checksum) for file, (_version, checksum) in files.items()]
                page = self.folder / LISTINGS[name] / "index.html"
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_text(f"<table>\n{''.join(rows)}</table>")
                continue
            for version, sums in versions.items():
                folder = self.folder / name / f"{'v' if name == 'compose' else ''}{version}"
                folder.mkdir(parents=True, exist_ok=True)
                for arch, checksum in sums.items():
                    file = products[name].file.format(version=version, arch=arch)
                    (folder / f"{file}.sha256").write_text(f"{checksum}  ./{file}\n")


@pytest.fixture
def vendors(tmp_path):
    """Return the vendors on a server of their own."""
    (tmp_path / "www").mkdir()
    handler = functools.partial(Quiet, directory=str(tmp_path / "www"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Vendors(tmp_path, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_a_map_is_written_as_it_stands_in_the_role():
    for path in checksums.VARS:
        text = path.read_text()
        assert checksums.with_map(text, checksums.Known.read(text).checksums) == text


def test_what_is_right_stays_as_it_is_to_the_letter(vendors):
    before = vendors.texts()
    assert checksums.refresh(vendors.paths, []) == []
    assert vendors.texts() == before


def test_a_new_version_of_each_product_is_added_and_the_rest_is_kept(vendors):
    known = vendors.known()
    for name in PRODUCTS:
        known[name]["2099.1-0"] = {"x86_64": "a" * 64, "aarch64": "b" * 64}
    vendors.publish(known)
    before = [yaml.safe_load(text) for text in vendors.texts()]
    assert checksums.refresh(vendors.paths, [f"{name}=2099.1-0" for name in PRODUCTS]) == []
    assert vendors.known() == known
    for old, text in zip(before, vendors.texts(), strict=True):
        new = yaml.safe_load(text)
        assert {key for key in old | new if old.get(key) != new.get(key)} == {
            key for key in old if key.endswith("checksums")
        }


@pytest.mark.parametrize(
    ("name", "version"), [("anaconda", "2022.05"), ("miniforge", "26.3.2-3"), ("compose", "2.18.0")]
)
def test_a_checksum_that_the_vendor_changed_is_told_and_nothing_is_taken(vendors, name, version):
    before, known = vendors.texts(), vendors.known()
    known[name][version]["aarch64"] = "c" * 64
    known["miniconda"]["2099.1-0"] = {"x86_64": "a" * 64, "aarch64": "b" * 64}
    vendors.publish(known)
    (problem,) = checksums.refresh(vendors.paths, ["miniconda=2099.1-0"])
    assert problem.startswith(f"{name} {version}: the vendor says") and "c" * 64 in problem
    assert vendors.texts() == before


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        ("anaconda=2099.1-0", "lists no SHA-256 checksum of Anaconda3-2099.1-0-Linux-aarch64.sh"),
        ("miniforge=2099.1-0", "404"),
        ("compose=2099.1", "404"),
        ("conda=1", "say product=version, with one of anaconda, miniconda, miniforge, compose"),
    ],
)
def test_what_the_vendor_does_not_publish_is_not_added(vendors, addition, told):
    before = vendors.texts()
    (problem,) = checksums.refresh(vendors.paths, [addition])
    assert told in problem
    assert vendors.texts() == before


def test_a_page_without_a_checksum_is_told(vendors):
    page = vendors.folder / "miniforge/26.3.2-3/Miniforge3-26.3.2-3-Linux-x86_64.sh.sha256"
    page.write_text("<html>Try again later</html>")
    assert checksums.refresh(vendors.paths, []) == ["miniforge: no SHA-256 checksum in it"]


def test_each_map_of_checksums_is_kept(vendors):
    """A role that comes to have such a map is one of those that the command compares."""
    files = {path for path in checksums.ROLES.glob("*/vars/*.yml") if checksums.HEAD.search(path.read_text())}
    assert files == set(checksums.VARS)
