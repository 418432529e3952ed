# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""Live evidence: what the project's servers say, against what its checkout says.

    criteria, warnings = apply_live(criteria, live, today)

`criteria` is the list of criterion entries of a result document (schema 1), before the level is computed. `live` is the option of
maturity_info: a server each, by kind, with `url` (http or https), optionally `token` or `username` and `password`, `timeout` in seconds
(10 unless set), and the names that are the project's own on a shared server:

    {"mlflow": {"url": ..., "experiments": [...], "models": [...]}, "prefect": {"url": ".../api", "deployments": ["flow/deployment", ...]}}

`components` has the names of each component of a checkout, by its folder: {"mlflow": {..., "components": {"taxi": {"experiments": [...]}}}}.

Returns new entries, in the same order; the ones given stay as they are. An observation

- confirms: what is met or partial in the checkout, and is seen on the server, is met with strength 5;
- lowers: what is met in the checkout, and is not there on the server (no run, no registered model, a paused schedule), is partial;
- raises what the checkout does not show only where the project's own names were given: another project's runs prove nothing.

An observed criterion has under `live` what each server shows of it, and whether it was seen at work: `today` (YYYY-MM-DD) is what ages
are counted from. The status of attested, waived and not applicable criteria is left alone. A server that does not answer, or not as
expected, changes nothing: it is a warning. Only requests that read are made. Raises LiveOptionError for an option that does not say what is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Collection, Iterable, Mapping

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import note

from .client import Client, LiveOptionError, Unanswered
from .mlflow import observe_mlflow
from .observation import Observation
from .prefect import observe_prefect

SEEN_LIVE = 5
JUDGED = ("met", "partial", "not_met", "unknown")
OBSERVED = (*JUDGED, "attested")


@dataclass(frozen=True)
class Kind:
    """A kind of server: how it is asked, and the options that name the project's own things on it."""

    observe: Callable[[Client, Mapping[str, Any], str], list[Observation]]
    names: tuple[str, ...]


KINDS = {
    "mlflow": Kind(observe_mlflow, ("experiments", "models")),
    "prefect": Kind(observe_prefect, ("deployments",)),
}
EXAMPLE = "{taxi: {experiments: [taxi]}}"
COMMON = ("url", "token", "username", "password", "timeout")


def apply_live(
    criteria: Iterable[Mapping[str, Any]], live: Mapping[str, Mapping[str, Any] | None], today: str = ""
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the criteria as the servers see them, and a warning for each server that could not be asked."""
    observations: dict[str, list[Observation]] = {}
    warnings = []
    for kind, options in sorted(live.items()):
        if not options:
            continue
        client = _client(kind, options)
        note(f"the answers of {kind}")
        try:
            for item in KINDS[kind].observe(client, options, today):
                observations.setdefault(item.criterion, []).append(item)
        except Unanswered as problem:
            warnings.append(f"no live evidence from {kind}: {problem}")
        except MemoryError:
            raise
        except Exception as problem:
            # Whatever the server says: the project is judged without it.
            warnings.append(f"no live evidence from {kind}: its answer is not understood ({type(problem).__name__})")
    return [_judge(found, observations.get(found["id"], [])) for found in criteria], warnings


def seen_at_work(criteria: Iterable[Mapping[str, Any]], at_runtime: Collection[str]) -> list[dict[str, Any]]:
    """Return the criteria as far as they were seen: what a checkout only declares of something that has to run is not met."""
    return [
        {**found, "status": "not_met"}
        if found["id"] in at_runtime
        and found["status"] in OBSERVED
        and not any(item["seen"] for item in found.get("live", ()))
        else dict(found)
        for found in criteria
    ]


def live_of(live: Mapping[str, Mapping[str, Any] | None], component: str) -> dict[str, dict[str, Any]]:
    """The servers with the names that were given for a component; no server where none were."""
    found = {}
    for kind, options in live.items():
        names = _components(kind, options or {}).get(component)
        if options and names:
            found[kind] = {**{name: options[name] for name in COMMON if name in options}, **names}
    return found


def check_live(live: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Raise LiveOptionError where the option does not say what is asked."""
    for kind, options in sorted(live.items()):
        if options:
            _client(kind, options)
            for component in _components(kind, options):
                apart = live_of(live, component).get(kind)
                if apart:
                    _client(kind, apart)


def _components(kind: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    components = options.get("components") or {}
    if not isinstance(components, Mapping) or not all(isinstance(names, Mapping) for names in components.values()):
        raise LiveOptionError(f"live: components of {kind} has names by kind for each folder, such as " + EXAMPLE)
    return components


def _client(kind: str, options: Mapping[str, Any]) -> Client:
    if kind not in KINDS:
        raise LiveOptionError(f"live: there is no '{kind}'; known are {', '.join(KINDS)}")
    known = (*COMMON, "components", *KINDS[kind].names)
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise LiveOptionError(f"live: {kind} has no {', '.join(unknown)}; it has {', '.join(known)}")
    if not options.get("url"):
        raise LiveOptionError(f"live: {kind} needs a url")
    given = {name: options[name] for name in COMMON if options.get(name)}
    return Client(**given)


def _judge(found: Mapping[str, Any], observations: list[Observation]) -> dict[str, Any]:
    result = dict(found)
    if observations and found["status"] in OBSERVED:
        result["live"] = [item.entry() for item in observations]
    if not observations or found["status"] not in JUDGED:
        return result
    seen = [item for item in observations if item.seen]
    # Where two servers can tell, one that has it is enough.
    if not seen:
        if found["status"] == "met":
            result.update(status="partial", reason="; ".join(f"{item.source}: {item.detail}" for item in observations))
        return result
    if found["status"] in ("met", "partial") or any(item.own for item in seen):
        evidence = [{"file": item.source, "line": 0, "symbol": item.detail} for item in seen]
        result.update(status="met", strength=SEEN_LIVE, reason="", evidence=[*found["evidence"], *evidence])
    return result
