"""Which of the host's settings pip gets, where it fills an environment of ours."""

from __future__ import annotations

import os

from ansible_collections.mlops.workbench.plugins.module_utils._conda import own_pip

LISTED = """:env:.default-timeout='60'
global.extra-index-url='\\nhttps://a.example\\nhttps://b.example'
global.index-url='https://mirror.example/simple'
global.require-virtualenv='true'
install.index-url='https://install.example/simple'
install.target='/srv/elsewhere'
install.user='true'
"""


def test_where_packages_come_from_is_the_hosts_to_say_and_nothing_else():
    assert own_pip.settings(LISTED, {}) == {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DEFAULT_TIMEOUT": "60",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_EXTRA_INDEX_URL": "\nhttps://a.example\nhttps://b.example",
        "PIP_INDEX_URL": "https://install.example/simple",
        "PIP_NO_INPUT": "1",
    }


def test_variables_of_the_environment_that_pip_would_obey_are_emptied():
    found = own_pip.settings(":env:.proxy='http://p:1'\n", {"PIP_USER": "1", "PIP_PROXY": "http://p:1", "HOME": "/"})
    assert (found["PIP_USER"], found["PIP_PROXY"]) == ("", "http://p:1")
    assert "HOME" not in found
