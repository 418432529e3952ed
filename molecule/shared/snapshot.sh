#!/usr/bin/env bash
# How a host looks: its packages, groups, units and files, as sorted lines that can be compared.
# Left out is what every package installation moves (caches, logs, lists, spare copies, what programs compile for themselves),
# and what belongs to the user: notebooks, and what Jupyter and conda keep in a home.
set -euo pipefail

dpkg-query --show --showformat 'package ${Package} ${db:Status-Status}\n' | grep ' installed$'
getent group | sed 's/^/group /'
systemctl list-unit-files --no-legend --plain | awk '$2 != "transient" {print "unit", $1, $2}'
find /etc /home /opt /root /srv /usr /var/lib -xdev \
    \( -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/lib/ucf -o -path /var/lib/docker \
    -o -path /var/lib/containerd -o -path '/home/*/.ansible' -o -path /root/.ansible -o -path '/home/*/notebooks' \
    -o -path '/home/*/.ipython' -o -path '/home/*/.jupyter' -o -path '/home/*/.local' -o -path '/home/*/.conda' -o -path /opt/anaconda/pkgs \
    -o -path /etc/ld.so.cache -o -path '/etc/*-' -o -path /etc/mailcap -o -path /usr/share/mime \
    -o -path /var/lib/private -o -name __pycache__ \) -prune \
    -o -printf 'file %p %M %u %g\n'
