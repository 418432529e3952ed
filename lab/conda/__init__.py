# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for the Anaconda installer, and a conda channel, for where the vendor cannot be reached.

`build` makes both out of this machine's CPython and wheels: `package` writes the .conda format, `interpreter` and
`wheels` say what goes into it, `shim/` is the conda of the base that `base` makes, `installer` packs that behind
`header.sh`.
"""

from lab.conda.builder import Artefact, build

__all__ = ["Artefact", "build"]
