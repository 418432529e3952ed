"""Which of a user's variables are none of a role's."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import load_options
from ansible_collections.mlops.workbench.plugins.plugin_utils._variables import unknown_variables

ROLES = Path(__file__).resolve().parents[4] / "roles"
OPTIONS = {"docker": {"docker_state", "docker_registry_mirrors"}, "docker_group": {"docker_group_users"}}


def test_a_misspelt_variable_is_told_with_its_nearest():
    (problem,) = unknown_variables("docker", ["docker_registry_miror", "docker_state"], OPTIONS)
    assert problem["variable"] == "docker_registry_miror"
    assert "did you mean docker_registry_mirrors?" in problem["remedy"]


def test_a_variable_belongs_to_the_role_with_the_longest_name():
    assert unknown_variables("docker", ["docker_group_user"], OPTIONS) == []
    (problem,) = unknown_variables("docker_group", ["docker_group_user"], OPTIONS)
    assert "docker_group_users" in problem["remedy"]


def test_other_variables_are_nobodys_business():
    assert unknown_variables("docker", ["dockerfile", "my_docker_state", "__docker_host"], OPTIONS) == []


def test_the_options_are_those_of_the_argument_specs():
    options = load_options(ROLES)
    assert "docker_registry_mirrors" in options["docker"]
    assert "base_install_packages" in options["base"]


@pytest.mark.parametrize(
    "name",
    [
        "project_name",
        "project_id",
        "project_owner",
        "base_url",
        "base_dir",
        "docker_users",
        "docker_compose_version",
        "compose_files",
        "compose_project_name",
        "jupyter_theme",
    ],
)
def test_a_variable_of_the_users_own_may_begin_like_a_role(name):
    options = load_options(ROLES)
    assert [problem for role in options for problem in unknown_variables(role, [name], options)] == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("docker_registry_mirrror", "docker_registry_mirrors"),
        ("docker_group_user", "docker_group_users"),
        ("jupyter_prot", "jupyter_port"),
        ("anaconda_acept_licence", "anaconda_accept_license"),
        ("compose_verison", "compose_version"),
        ("project_repos", "project_repo"),
        ("base_package", "base_packages"),
        ("maturity_project", "maturity_projects"),
    ],
)
def test_a_misspelling_is_told_with_the_name_that_was_meant(name, meant):
    options = load_options(ROLES)
    (problem,) = [problem for role in options for problem in unknown_variables(role, [name], options)]
    assert problem["remedy"].startswith("did you mean %s?" % meant)
