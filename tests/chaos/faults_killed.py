"""The play is killed at random moments of the first run; a plain second run ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import subprocess

import pytest
from trial import Moment, Site, Undisturbed, kill, plain_run_ends_well

KILLS = int(os.environ.get("CHAOS_KILLS", "30"))


def moment(number: int, reference: Undisturbed) -> tuple[Moment, bool]:
    """Return a moment of the `number`-th of equal parts of the undisturbed run, and whether what runs on the host dies, too.

    The doctor at its end changes nothing, and may be through sooner than in that run.
    """
    chance = random.Random(f"{os.environ['CHAOS_SEED']}/{number}")
    seconds = dict(reference.run.tasks)["Examine the host"]
    return reference.run.moment((number + chance.random()) / KILLS * seconds), chance.random() < 0.5


@pytest.mark.parametrize("number", range(KILLS))
def test_killed(number: int, site: Site, reference: Undisturbed, tried) -> None:
    at, lost = moment(number, reference)

    def act(process: subprocess.Popen[str]) -> None:
        assert process.poll() is None, "the run was over before it was killed"
        kill(process)
        if lost:
            site.kill_sessions()

    tried(f"killed {at}, " + ("and with it what ran on the host" if lost else "while what ran on the host went on"))
    site.converge(at=at, act=act)
    plain_run_ends_well(site, reference)
