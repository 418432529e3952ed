# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several readers use."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project

# Step names of containers and services whose code is not to be seen.
TRAINS = re.compile(r"(?<![a-z])(?:re)?train(?:ing|er|ed)?(?![a-z])", re.I)


def mapping(value: Any) -> dict[str, Any]:
    """A mapping as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def programs_of(project: Project, scripts: Iterable[str], path: str, folder: str | None = None) -> frozenset[str]:
    """Files of the checkout that scripts start which stand in a file; relative names begin in its folder, or in `folder`."""
    start = posixpath.dirname(path) if folder is None else folder
    commands = [item for script in scripts for item in project.expander.expand(script, path, 1, start)]
    return frozenset(project.programs(commands))


def file_name(path: str) -> str:
    """The name by which a file of the checkout starts a job."""
    return "file:" + path
