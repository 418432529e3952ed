#!/usr/bin/env bash
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the tree in $1 into the browser: Chromium's driver starts it on request, without a screen and without root.
set -euo pipefail
root=$1

rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
chroot "$root" useradd --create-home --user-group browser
