"""After an upgrade base is the new one, and environments are what is asked for now, with what else was in them."""

import pytest

PREFIX = "/opt/anaconda"


@pytest.fixture(autouse=True)
def _here(host):
    if host.backend.hostname != "anaconda-bookworm":
        pytest.skip("another host's")


def run(host, environment, program):
    return host.run(f"{PREFIX}/envs/{environment}/bin/python -c '{program}'")


def test_base_is_the_new_one(host):
    version = host.check_output(f"{PREFIX}/bin/conda --version").split()[1]
    assert tuple(map(int, version.split("."))) > (25,), "this is still the conda of 2024"


def test_channels_that_an_earlier_version_of_the_role_took_away_are_back(host):
    assert host.check_output(f"{PREFIX}/bin/conda config --show channels").split() == ["channels:", "-", "defaults"]


def test_an_environment_survives_and_gets_what_is_new(host):
    assert host.file(f"{PREFIX}/envs/course/note.txt").content_string == "kept"
    write_and_read = 'import pandas; pandas.DataFrame({"a": [1, 2]}).to_parquet("/tmp/a"); print(pandas.read_parquet("/tmp/a").a.sum())'
    assert run(host, "course", write_and_read).stdout.strip() == "3"


def test_an_environment_follows_its_file_to_the_letter(host):
    assert run(host, "from-file", "import six").rc == 0
    assert run(host, "from-file", "import tornado").rc != 0


def test_a_former_environment_is_gone(host):
    assert not host.file(f"{PREFIX}/envs/former").exists


def test_root_has_no_list_of_environments(host):
    with host.sudo():
        assert not host.file("/root/.conda").exists
