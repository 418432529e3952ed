# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The formats of reports. Each is a module `<name>_format` of this package with a function `render`.

Its first text says what it is, for the documentation. `FILE` is what the role calls the report; a format without it is no file.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Mapping

SUFFIX = "_format.py"
FORMATS = tuple(sorted(path.name.removesuffix(SUFFIX) for path in Path(__file__).parent.glob("*" + SUFFIX)))


def report(given: Mapping[str, Any], format: str) -> str:
    """Return the text of the report in a format."""
    if format not in FORMATS:
        raise ValueError(f"there is no report format {format!r}; known are {', '.join(FORMATS)}")
    text: str = importlib.import_module(f".{format}_format", __package__).render(given)
    return text
