# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the roles of a site. Playbooks read it by the lookup `site_roles`; docs and tests are held to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator

from . import anaconda, compose, docker, jupyter, project, receipts
from .host import Host
from .model import Job


def _no_jobs(_host: Host, _receipt: Any) -> Iterator[Job]:
    return iter(())


@dataclass(frozen=True)
class Role:
    """A role of the site: how to read its receipt, what the doctor checks, and whether a workbench may be without it."""

    read: Callable[[dict[str, Any]], receipts.Receipt]
    jobs: Callable[[Host, Any], Iterator[Job]] = _no_jobs
    optional: bool = False


SITE_ROLES = {
    "base": Role(receipts.plain),
    "anaconda": Role(receipts.anaconda, anaconda.jobs),
    "docker": Role(receipts.plain, docker.engine_jobs),
    "docker_group": Role(receipts.docker_group, docker.group_jobs),
    "compose": Role(receipts.compose, compose.jobs),
    "project": Role(receipts.project, project.jobs, optional=True),
    "jupyter": Role(receipts.jupyter, jupyter.jobs),
}
"""By name, in the order in which playbooks/site.yml sets them up; the name is the tag as well."""
