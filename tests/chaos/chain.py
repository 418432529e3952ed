"""Faults one after the other on one host: all are there at first, and each is mended when it has stopped a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trial import Run, Site


@dataclass(frozen=True)
class Fault:
    """A fault of the host's surroundings: its name, what a user reads when it stops the run (a regular expression) and how it is mended."""

    name: str
    words: str
    mend: Callable[[], None]


def meet(
    site: Site, faults: Iterable[Fault], *arguments: str, happened: Callable[[], set[str]] | None = None
) -> list[Run]:
    """Run the site until all faults have stopped it and are mended; return the runs that failed.

    Each run has to end with an error that names one of the faults. `happened` tells which were met since it was asked last; where it is given,
    the error has to name one of these.
    """
    left = {fault.name: fault for fault in faults}
    runs = []
    while left:
        done = site.converge(*arguments)
        met = happened() if happened else set(left)
        assert done.returncode == 2, (
            f"the site was set up in spite of {sorted(left)}; met: {sorted(met)}\n{done.printed[-3000:]}"
        )
        told = [name for name in left if name in met and re.search(left[name].words, done.errors)]
        assert told, f"none of {sorted(met)} is named:\n{done.errors[-3000:]}"
        for name in told:
            left.pop(name).mend()
        runs.append(done)
    return runs
