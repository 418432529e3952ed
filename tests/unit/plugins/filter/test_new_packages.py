"""What apt-get says that it installs."""

from ansible_collections.mlops.workbench.plugins.filter.new_packages import new_packages

PRINTED = """Reading package lists...
The following additional packages will be installed:
  containerd
Suggested packages:
  aufs-tools
The following NEW packages will be installed:
  apparmor containerd
  docker.io
0 upgraded, 3 newly installed, 0 to remove and 0 not upgraded.
  looks like a package
"""


def test_only_the_new_packages_are_named():
    assert new_packages(PRINTED) == ["apparmor", "containerd", "docker.io"]


def test_nothing_printed_is_nothing_installed():
    assert new_packages("") == []
