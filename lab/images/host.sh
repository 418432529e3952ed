#!/usr/bin/env bash
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the tree in $1 into what a cloud image is when its first boot is over: user ubuntu with sudo, sshd, systemd.
set -euo pipefail
root=$1

chroot "$root" useradd --create-home --shell /bin/bash --user-group ubuntu
install -m 0440 /dev/stdin "$root/etc/sudoers.d/90-cloud-init-users" <<< 'ubuntu ALL=(ALL) NOPASSWD:ALL'
chroot "$root" install -d -m 0700 -o ubuntu -g ubuntu /home/ubuntu/.ssh
echo 'LANG=C.UTF-8' > "$root/etc/default/locale"

# Every host makes its own keys and its own machine id when it boots first.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf"
: > "$root/etc/machine-id"
install -d "$root/etc/systemd/system/ssh.service.d"
cat > "$root/etc/systemd/system/ssh.service.d/host-keys.conf" <<'UNIT'
[Service]
ExecStartPre=
ExecStartPre=/usr/bin/ssh-keygen -A
ExecStartPre=/usr/sbin/sshd -t
UNIT

# A container shares the kernel's boot id, which never changes: ansible.builtin.reboot would wait for it in vain.
cat > "$root/etc/systemd/system/boot-id.service" <<'UNIT'
[Unit]
Description=Give every boot of this container a boot id of its own
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat /proc/sys/kernel/random/uuid > /run/boot_id && mount --bind /run/boot_id /proc/sys/kernel/random/boot_id'

[Install]
WantedBy=sysinit.target
UNIT
chroot "$root" systemctl --quiet enable boot-id.service

# The kernel belongs to the machine below: its file systems, and its settings, which would change there.
chroot "$root" systemctl --quiet mask dev-hugepages.mount sys-kernel-config.mount sys-kernel-debug.mount \
  sys-kernel-tracing.mount sys-fs-fuse-connections.mount systemd-sysctl.service
