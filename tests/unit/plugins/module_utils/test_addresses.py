"""Names, passwords and tokens in addresses: found, refused, never printed."""

from __future__ import annotations

import time

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.mlops.workbench.plugins.module_utils._addresses import has_secret, without_secrets
from ansible_collections.mlops.workbench.plugins.module_utils._project.checkout import CheckoutError
from ansible_collections.mlops.workbench.plugins.module_utils._project.downloads import DownloadError
from ansible_collections.mlops.workbench.plugins.modules import conda_env, data_files, git_checkout
from ansible_collections.mlops.workbench.plugins.plugin_utils._secrets import secret_addresses

TOKEN = "ghp_s3cret"
CONDAS = "xx-s3cret-0123"


@pytest.mark.parametrize(
    "text",
    [
        f"https://{TOKEN}@example.org/taxi.git",
        f"https://ann:{TOKEN}@example.org/taxi.git",
        f"HTTP://ann@corp:{TOKEN}@mirror:8080/x",
        f"git+https://{TOKEN}@example.org/taxi.git@main",
        f"ssh://git:{TOKEN}@example.org/taxi.git",
        f"https://example.org/t/{CONDAS}/main",
        f"channel_alias: https://example.org/conda/t/{CONDAS}.",
        f"https://example.org/t/{CONDAS}",
        f"https://example.org/zones.csv?sv=2026&sig={TOKEN}%2B&se=2027",
        f"https://example.org/zones.csv?X-Amz-Credential={TOKEN}&X-Amz-Signature={TOKEN}",
        f"https://example.org/api/v4/x?private_token={TOKEN}#top",
        f"https://example.org/simple?API_KEY={TOKEN}",
        f"fatal: unable to access 'https://{TOKEN}@example.org/taxi.git/': The requested URL returned error: 403",
    ],
)
def test_a_secret_is_found_and_taken_out(text):
    assert has_secret(text)
    assert TOKEN not in without_secrets(text)
    assert CONDAS not in without_secrets(text)
    assert "example.org" in without_secrets(text) or "mirror:8080" in without_secrets(text)
    assert not has_secret(without_secrets(text))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/taxi.git",
        "git@example.org:ann/taxi.git",
        "ssh://git@example.org/taxi.git",
        "https://example.org/@scope/package",
        "https://example.org/?mail=ann@example.org",
        "https://example.org/t/taxi.git",
        "https://example.org/zones.csv?version=2&design=a&page=3",
        "file:///srv/taxi.git",
        "ann@example.org",
    ],
)
def test_an_ordinary_address_is_left_alone(text):
    assert not has_secret(text)
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "text", ["a-" * 50_000, "a://" * 25_000, "a://?" + "token" * 20_000, "a://" + "/t/a" * 25_000, "a://x?" * 20_000]
)
def test_no_text_takes_long(text):
    began = time.process_time()
    without_secrets(text)
    assert time.process_time() - began < 1


def test_an_option_with_a_secret_is_named_however_deep_it_is_but_for_a_proxys():
    values = {
        "docker_mirror": f"https://{TOKEN}@mirror",
        "jupyter_channels": [f"https://mirror/t/{CONDAS}/main"],
        "anaconda_environments": [{"name": "x", "channels": [f"https://ann:{TOKEN}@mirror/conda"]}],
        "docker_daemon_options": {"proxies": {"http-proxy": f"http://ann:{TOKEN}@proxy:3128"}},
        "docker_proxy": {"http_proxy": f"http://ann:{TOKEN}@proxy:3128"},
        "project_repo": "git@example.org:ann/taxi.git",
        "jupyter_port": 8888,
    }
    found = secret_addresses(values, values.__getitem__)
    assert [problem["variable"] for problem in found] == [
        "anaconda_environments",
        "docker_daemon_options",
        "docker_mirror",
        "jupyter_channels",
    ]
    assert TOKEN not in str(found) and CONDAS not in str(found)
    assert "credential helper" in found[0]["remedy"]


@pytest.fixture(name="run")
def fixture_run(monkeypatch):
    def leave(_module, msg="", **_result):
        raise SystemExit(msg)

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", leave)
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", leave)

    def run(module, **arguments):
        with patch_module_args(arguments), pytest.raises(SystemExit) as left:
            module.main()
        return left.value.code

    return run


@pytest.mark.parametrize(
    ("module", "arguments", "option"),
    [
        (git_checkout, {"repo": f"https://{TOKEN}@example.org/taxi.git", "dest": "/nowhere/taxi"}, "repo"),
        (data_files, {"folder": "/nowhere", "files": [{"url": f"https://{TOKEN}@example.org/zones.csv"}]}, "files"),
        (data_files, {"folder": "/nowhere", "files": [{"url": f"https://example.org/zones.csv?sig={TOKEN}"}]}, "files"),
        (conda_env, {"prefix": "/nowhere/x", "channels": [f"https://{TOKEN}@example.org/conda"]}, "channels"),
        (conda_env, {"prefix": "/nowhere/x", "pip": [f"git+https://{TOKEN}@example.org/taxi.git"]}, "pip"),
    ],
)
def test_a_module_refuses_it_and_does_not_print_it(run, module, arguments, option):
    said = run(module, **arguments)
    assert option in said
    assert "Remedy:" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("module", "act", "error", "arguments"),
    [
        (git_checkout, "present", CheckoutError, {"repo": "https://example.org/taxi.git", "dest": "/nowhere/taxi"}),
        (
            data_files,
            "fetch",
            DownloadError,
            {
                "folder": "/nowhere",
                "files": [{"url": f"https://example.org/zones.csv?code={TOKEN}", "sha256": "0" * 64}],
            },
        ),
    ],
)
def test_what_a_program_says_of_an_address_is_printed_without_it(run, monkeypatch, module, act, error, arguments):
    def fail(*_arguments):
        raise error(f"unable to access 'https://ann:{TOKEN}@example.org/'")

    monkeypatch.setattr(module, act, fail)
    said = run(module, **arguments)
    assert "https://example.org/" in said
    assert TOKEN not in said


@pytest.mark.parametrize("name", ["..", ".", "x/.."])
def test_a_data_file_names_no_folder(run, tmp_path, name):
    said = run(data_files, folder=str(tmp_path), files=[{"url": "https://example.org/x", "name": name}], state="absent")
    assert "Set name" in said
