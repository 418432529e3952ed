# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures under the names that conda gives them."""

from __future__ import annotations

from typing import Any


class CondaError(Exception):
    """A failure of a command; `kind` is the name of conda's exception."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.kind}: {self.args[0]}"

    def to_json(self) -> dict[str, Any]:
        """Give the answer to a command that was run with --json."""
        return {
            "caused_by": "None",
            "error": str(self),
            "exception_name": self.kind,
            "exception_type": f"<class 'conda.exceptions.{self.kind}'>",
            "message": self.args[0],
        }


class CondaExit(Exception):  # noqa: N818
    """An end before the work was done that is no failure: the answer was no, or it was a dry run."""
