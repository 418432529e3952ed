# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a server shows of a criterion: whether it is there, and whether it works: how often it ran, how that ended, and how long ago."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from statistics import median
from typing import Any, Iterable, Sequence

# Days, and the class that an age or an interval of at most so many is in: classes and no times, so that a result changes only with its class.
AGES = (
    (1, "within a day"),
    (7, "within a week"),
    (31, "within a month"),
    (92, "within three months"),
    (366, "within a year"),
)
OLD = "over a year ago"
RHYTHMS = ((0.1, "hourly or more often"), (1.5, "daily"), (10, "weekly"), (45, "monthly"), (130, "quarterly"))


@dataclass(frozen=True, order=True)
class Run:
    """Something that ended, at a time in seconds since 1970."""

    at: float
    succeeded: bool


@dataclass(frozen=True)
class Activity:
    """How often something ran, of what the server was asked for (the newest runs), and how long before the day of the assessment."""

    runs: int = 0
    succeeded: int = 0
    last: str = ""
    last_outcome: str = ""
    last_success: str = ""
    how_often: str = ""

    @property
    def works(self) -> bool:
        """Whether it has succeeded, and not only long ago."""
        return self.succeeded > 0 and self.last_success != OLD


@dataclass(frozen=True)
class Observation:
    """What one server shows of one criterion.

    `source` names the server in evidence, `detail` is what was found there in a few words that do not change while the facts do not,
    `own` says whether the things looked at are known to be the project's. Without an `activity`, being there is all that can be seen.
    """

    criterion: str
    seen: bool
    own: bool
    source: str
    detail: str
    activity: Activity | None = None

    def entry(self) -> dict[str, Any]:
        """What the result tells of it."""
        works = self.seen and (self.activity is None or self.activity.works)
        told = {"source": self.source, "seen": works, "detail": self.detail}
        return {**told, **asdict(self.activity)} if self.activity else told


def activity_of(runs: Iterable[Run], today: str) -> Activity:
    """Return what runs say on a day (YYYY-MM-DD, or no text where ages are not to be told)."""
    ended = sorted(runs)
    if not ended:
        return Activity()
    good = [run for run in ended if run.succeeded]
    return Activity(
        runs=len(ended),
        succeeded=len(good),
        last=_age(ended[-1].at, today),
        last_outcome="succeeded" if ended[-1].succeeded else "failed",
        last_success=_age(good[-1].at, today) if good else "",
        how_often=_rhythm([run.at for run in ended]),
    )


def _age(at: float, today: str) -> str:
    if not today:
        return ""
    days = (date.fromisoformat(today) - datetime.fromtimestamp(at, timezone.utc).date()).days
    return _class(days, AGES, OLD)


def _rhythm(times: Sequence[float]) -> str:
    """Return how long it is from one to the next, in the middle."""
    gaps = [(later - earlier) / 86400 for earlier, later in zip(times, times[1:])]
    return _class(median(gaps), RHYTHMS, "less often") if gaps else "once"


def _class(value: float, classes: Sequence[tuple[float, str]], beyond: str) -> str:
    return next((name for most, name in classes if value <= most), beyond)
