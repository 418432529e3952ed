"""Which of a user's variables are none of a role's."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.mlops.workbench.plugins.plugin_utils._variables import load_options, unknown_variables

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
    options = load_options(Path(__file__).resolve().parents[4] / "roles")
    assert "docker_registry_mirrors" in options["docker"]
    assert "__base_apt" in options["base"]
