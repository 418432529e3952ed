# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a server shows of a criterion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Observation:
    """What one server shows of one criterion.

    `source` names the server in evidence, `detail` is what was found there in a few words that do not change while the facts do not,
    `own` says whether the things looked at are known to be the project's.
    """

    criterion: str
    seen: bool
    own: bool
    source: str
    detail: str
