#!/usr/bin/env bash
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the tree in $1 into the mirror: nginx gives out /srv/mirror on port 80, and a registry answers on port 5000.
set -euo pipefail
root=$1

rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
install -d "$root/srv/mirror"
cat > "$root/etc/nginx/sites-available/default" <<'CONF'
server {
  listen 80 default_server;
  root /srv/mirror;
  autoindex on;
  access_log off;
}
CONF
cat > "$root/etc/docker/registry/config.yml" <<'CONF'
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: /var/lib/docker-registry}}
http: {addr: ":5000"}
CONF
cat > "$root/usr/local/sbin/mirror" <<'SCRIPT'
#!/usr/bin/env bash
# Ends as soon as one of the two does, so that Docker starts both again.
trap 'exit 0' TERM
docker-registry serve /etc/docker/registry/config.yml &
nginx -g 'daemon off; error_log stderr;' &
wait -n
SCRIPT
chmod 0755 "$root/usr/local/sbin/mirror"
