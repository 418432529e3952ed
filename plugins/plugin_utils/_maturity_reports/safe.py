# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a foreign text has to lose before it can stand in a report."""

from __future__ import annotations

import html
import re

# Everything that XML 1.0 does not allow as a character; a scanned file's name can hold any of it.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: object) -> str:
    """Return the text with characters that XML forbids replaced."""
    return FORBIDDEN.sub("\ufffd", str(text))


def escape(text: object) -> str:
    """Return the text so that it is nothing but text, in an element and in a quoted attribute alike."""
    return html.escape(clean(text), quote=True)
