"""The command that keeps the role anaconda's checksums, against copies of the vendors' pages on a server of its own."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import conda_checksums
import pytest
import yaml

ROW = (
    '<tr>\n<td><a href="{0}">{0}</a></td>\n<td class="s">1.0G</td>\n<td>2026-01-01 00:00:00</td>\n<td>{1}</td>\n</tr>\n'
)
FILES = {"anaconda": "archive", "miniconda": "miniconda"}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def checksums(path):
    return yaml.safe_load(path.read_text())["__anaconda_checksums"]


def publish(folder, products, known):
    """Write what the vendors publish: listings for two of them, with older rows, and a file beside each installer for the third."""
    for distribution, versions in known.items():
        named = {
            products[distribution]["file"].format(version=version, arch=arch): (version, checksum)
            for version, sums in versions.items()
            for arch, checksum in sums.items()
        }
        if distribution in FILES:
            rows = [ROW.format("Anaconda2-1.4.0-Linux-x86_64.sh", "0" * 32)]
            rows += [ROW.format(name, checksum) for name, (_md5, checksum) in named.items()]
            (folder / FILES[distribution]).mkdir(exist_ok=True)
            (folder / FILES[distribution] / "index.html").write_text(f"<table>\n{''.join(rows)}</table>")
        else:
            for name, (version, checksum) in named.items():
                (folder / version).mkdir(exist_ok=True)
                (folder / version / f"{name}.sha256").write_text(f"{checksum}  ./{name}\n")


@pytest.fixture
def vendors(tmp_path):
    """Return the role's variables, pointed at a server, and a function that changes what the server publishes."""
    folder = tmp_path / "www"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    path = tmp_path / "main.yml"
    text = conda_checksums.VARS.read_text()
    for base in ("https://repo.anaconda.com", "https://github.com/conda-forge/miniforge/releases/download"):
        assert base in text
        text = text.replace(base, address)
    path.write_text(text)
    products = yaml.safe_load(text)["__anaconda_products"]
    publish(folder, products, checksums(path))
    yield path, functools.partial(publish, folder, products)
    server.shutdown()
    server.server_close()


def test_what_is_right_stays_as_it_is_to_the_letter(vendors):
    path, _url = vendors
    before = path.read_text()
    assert conda_checksums.refresh(path, []) == []
    assert path.read_text() == before


@pytest.mark.parametrize("distribution", ["anaconda", "miniconda", "miniforge"])
def test_a_new_version_is_added_and_the_rest_is_kept(vendors, distribution):
    path, publish = vendors
    known = checksums(path)
    known[distribution]["2099.1-0"] = {"x86_64": "a" * 64, "aarch64": "b" * 64}
    publish(known)
    before = yaml.safe_load(path.read_text())
    assert conda_checksums.refresh(path, [f"{distribution}=2099.1-0"]) == []
    assert yaml.safe_load(path.read_text()) == before | {"__anaconda_checksums": known}


@pytest.mark.parametrize(("distribution", "version"), [("anaconda", "2022.05"), ("miniforge", "26.3.2-3")])
def test_a_checksum_that_the_vendor_changed_is_told_and_not_taken(vendors, distribution, version):
    path, publish = vendors
    before = path.read_text()
    known = checksums(path)
    known[distribution][version]["aarch64"] = "c" * 64
    publish(known)
    (problem,) = conda_checksums.refresh(path, [])
    assert problem.startswith(f"{distribution} {version}: the vendor says") and "c" * 64 in problem
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        ("anaconda=2099.1-0", "lists no SHA-256 checksum of Anaconda3-2099.1-0-Linux-aarch64.sh"),
        ("miniforge=2099.1-0", "404"),
        ("conda=1", "say distribution=version, with one of anaconda, miniconda, miniforge"),
    ],
)
def test_what_the_vendor_does_not_publish_is_not_added(vendors, addition, told):
    path, _url = vendors
    before = path.read_text()
    (problem,) = conda_checksums.refresh(path, [addition])
    assert told in problem
    assert path.read_text() == before


def test_a_page_without_a_checksum_is_told(vendors, tmp_path):
    path, _url = vendors
    name = "Miniforge3-26.3.2-3-Linux-x86_64.sh.sha256"
    (tmp_path / "www/26.3.2-3" / name).write_text("<html>Try again later</html>")
    assert conda_checksums.refresh(path, []) == ["miniforge: no SHA-256 checksum in it"]
