#!/bin/sh
# NOT ANACONDA'S. This is the stand-in that the lab of mlops.workbench builds where the vendor cannot be reached:
# the installer's interface, and a base of CPython, pip and a conda that solves and links with py-rattler.
#
# NAME:  @PRODUCT@
# VER:   @VERSION@
# PLAT:  @PLATFORM@
# MD5:   @MD5@
#
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu

case "$0" in
    *.sh) ;;
    *)
        printf 'Please run using "bash"/"dash"/"sh"/"zsh", but not "." or "source".\n' >&2
        exit 1
        ;;
esac

unset LD_LIBRARY_PATH PYTHONHOME PYTHONPATH
THIS_FILE=$(cd "$(dirname "$0")" && pwd -P)/$(basename "$0")
HEADER_BYTES=@HEADER_BYTES@
NEEDED_MB=@NEEDED_MB@
PREFIX=${HOME:-/opt}/anaconda3
BATCH=0
OVER_EXISTING=0

fail() {
    printf 'ERROR: %s\n' "$1" >&2
    exit 1
}

while getopts "bp:u" option; do
    case "$option" in
        b) BATCH=1 ;;
        p) PREFIX=$OPTARG ;;
        u) OVER_EXISTING=1 ;;
        *) fail "did not recognize option '$option'" ;;
    esac
done
[ "$BATCH" = 1 ] || fail 'review the license (CPython: PSF-2.0, py-rattler: BSD-3-Clause, pip and PyYAML: MIT), then use -b'

[ "$(uname -s)-$(uname -m)" = "Linux-@MACHINE@" ] || fail "this installer is for Linux on @MACHINE@, not $(uname -s) on $(uname -m)"
case "$PREFIX" in
    *\ *) fail 'Cannot install into directories with spaces' ;;
esac
if [ -e "$PREFIX" ] && [ "$OVER_EXISTING" = 0 ]; then
    printf "ERROR: File or directory already exists: '%s'\n" "$PREFIX" >&2
    printf 'If you want to update an existing installation, use the -u option.\n' >&2
    exit 1
fi
mkdir -p "$PREFIX" || fail "Could not create directory: '$PREFIX'"
PREFIX=$(cd "$PREFIX" && pwd)
printf 'PREFIX=%s\n' "$PREFIX"

FREE_MB=$(df -Pm "$PREFIX" | awk 'NR == 2 { print $4 - 50 }')
[ "$FREE_MB" -ge "$NEEDED_MB" ] ||
    fail "Not enough free disk space. Only $FREE_MB MB are available, but $NEEDED_MB MB are required (leaving a 50 MB buffer)."

payload() {
    tail -c "+$((HEADER_BYTES + 1))" "$THIS_FILE"
}

MD5=$(payload | md5sum | cut -d ' ' -f 1)
[ "$MD5" = @MD5@ ] || printf 'WARNING: md5sum mismatch of tar archive\nexpected: @MD5@\n     got: %s\n' "$MD5" >&2

# Removed at the end: whoever finds it knows that the installation is unfinished.
mkdir -p "$PREFIX/install_tmp"
printf 'Unpacking payload...\n'
payload | tar -xzf - --no-same-owner --no-same-permissions -C "$PREFIX" || fail "could not unpack '$THIS_FILE'"

printf '\nInstalling base environment...\n\n'
ESCAPED=$(printf '%s' "$PREFIX" | sed 's/[\\&|]/\\&/g')
while read -r file; do
    sed -i "s|@PREFIX@|$ESCAPED|g" "$PREFIX/$file"
done <"$PREFIX/install_tmp/files_with_prefix"
mkdir -p "$PREFIX/envs" "$PREFIX/pkgs"
"$PREFIX/bin/conda" env list >/dev/null # it works; and root leaves the compiled files that other users cannot write
if [ -n "${HOME:-}" ]; then
    mkdir -p "$HOME/.conda"
    grep -qxF "$PREFIX" "$HOME/.conda/environments.txt" 2>/dev/null || printf '%s\n' "$PREFIX" >>"$HOME/.conda/environments.txt"
fi
printf 'channels:\n  - @CHANNEL@\n' >"$PREFIX/.condarc"
rm -rf "$PREFIX/install_tmp"
printf 'installation finished.\n'
exit 0
# @@END_HEADER@@
