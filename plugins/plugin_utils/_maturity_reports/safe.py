# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a foreign text has to lose before it can stand in a report."""

from __future__ import annotations

import html
import re

# What a scanned file's name can hold and no report may: what XML 1.0 does not allow as a character, and what is not seen but changes
# what is: marks that turn the direction of the text around or join and part letters, and separators of lines and paragraphs.
FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|"
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean(text: object) -> str:
    """Return the text with every character that is forbidden replaced."""
    return FORBIDDEN.sub("\ufffd", str(text))


def escape(text: object) -> str:
    """Return the text so that it is nothing but text, in an element and in a quoted attribute alike."""
    return html.escape(clean(text), quote=True)
