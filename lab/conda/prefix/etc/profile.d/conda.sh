# shellcheck shell=sh
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes `conda` a function of the shell, since activating an environment changes the shell itself.

export CONDA_EXE='@PREFIX@/bin/conda'
export CONDA_PYTHON_EXE='@PREFIX@/bin/python'

__conda_evaluate() {
    __conda_answer=$(PS1="${PS1:-}" "$CONDA_EXE" shell.posix "$@") || return
    eval "$__conda_answer"
    unset __conda_answer
}

conda() {
    case "${1:-}" in
        activate | deactivate) __conda_evaluate "$@" ;;
        install | remove) "$CONDA_EXE" "$@" && __conda_evaluate reactivate ;;
        *) "$CONDA_EXE" "$@" ;;
    esac
}

if [ -z "${CONDA_SHLVL+set}" ]; then
    export CONDA_SHLVL=0
    export PATH="@PREFIX@/condabin:$PATH"
fi
