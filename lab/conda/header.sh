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
INIT=0
TEST=0

usage() {
    cat <<EOF
usage: $0 [options]

Installs @PRODUCT@ @VERSION@ (the stand-in of the mlops.workbench lab)

-b           run install in batch mode (without manual intervention),
             it is expected the license terms (if any) are agreed upon
-c           run 'conda init' after installation (only with -b)
-f           no error if install prefix already exists
-h           print this help message and exit
-i           run install in interactive mode (default)
-k           do not clear the package cache after installation (this installer fills none)
-m           disable the creation of menu items / shortcuts (this installer makes none)
-p PREFIX    install prefix, defaults to $PREFIX, must not contain spaces
-s           skip running pre/post-link/install scripts (this installer has none)
-t           run package tests after installation
-u           update an existing installation
EOF
}

fail() {
    printf 'ERROR: %s\n' "$1" >&2
    exit 1
}

while getopts "bcfhikmp:stu" option; do
    case "$option" in
        b) BATCH=1 ;;
        c) INIT=1 ;;
        f | u) OVER_EXISTING=1 ;;
        h)
            usage
            exit 2
            ;;
        i) BATCH=0 ;;
        k | m | s) ;;
        p) PREFIX=$OPTARG ;;
        t) TEST=1 ;;
        *) fail "did not recognize option '$option', please try -h" ;;
    esac
done

# Reading ends the script (set -e) where the standard input is closed, as it does in the vendor's.
ask() {
    printf '%s\n>>> ' "$1"
    read -r ANSWER
}

if [ "$BATCH" = 0 ]; then
    printf '\nWelcome to @PRODUCT@ @VERSION@ (the stand-in of the mlops.workbench lab)\n\n'
    printf 'In order to continue the installation process, please review the license\nagreement.\n'
    ask 'Please, press ENTER to continue'
    printf '\nThis stand-in holds no software of Anaconda, Inc. Its parts have free licences of their own:\n'
    printf 'CPython (PSF-2.0), py-rattler (BSD-3-Clause), pip and PyYAML (MIT), the rest GPL-3.0-or-later.\n\n'
    ask 'Do you accept the license terms? [yes|no]'
    while [ "$ANSWER" != yes ] && [ "$ANSWER" != no ]; do
        ask "Please answer 'yes' or 'no':"
    done
    if [ "$ANSWER" = no ]; then
        printf "The license agreement wasn't approved, aborting installation.\n"
        exit 2
    fi
    printf '\n@PRODUCT@ will now be installed into this location:\n%s\n\n' "$PREFIX"
    printf '  - Press ENTER to confirm the location\n  - Press CTRL-C to abort the installation\n'
    ask '  - Or specify a different location below'
    PREFIX=${ANSWER:-$PREFIX}
fi

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
"$PREFIX/bin/conda" info >/dev/null # it works; and root leaves the compiled files that other users cannot write
if [ -n "${HOME:-}" ]; then
    mkdir -p "$HOME/.conda"
    grep -qxF "$PREFIX" "$HOME/.conda/environments.txt" 2>/dev/null || printf '%s\n' "$PREFIX" >>"$HOME/.conda/environments.txt"
fi
printf 'channels:\n  - @CHANNEL@\n' >"$PREFIX/.condarc"
rm -rf "$PREFIX/install_tmp"
printf 'installation finished.\n'

if [ "$TEST" = 1 ]; then
    printf 'Running package tests...\n'
    "$PREFIX/bin/python" -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, zlib, yaml'
fi

if [ "$BATCH" = 0 ]; then
    printf 'Do you wish to update your shell profile to automatically initialize conda?\n'
    ask 'Proceed with initialization? [yes|no]'
    [ "$ANSWER" != yes ] || "$PREFIX/bin/conda" init
    printf '\nThank you for installing @PRODUCT@!\n'
elif [ "$INIT" = 1 ]; then
    "$PREFIX/bin/conda" init
fi
exit 0
# @@END_HEADER@@
