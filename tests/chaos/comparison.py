"""What tells a host after a fault from hosts that nothing has disturbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

State = Mapping[str, str]


def differences(found: State, undisturbed: Sequence[State]) -> list[str]:
    """Return what is lost, left behind or otherwise than on the undisturbed hosts, in the order of its names.

    What these hosts do not agree on themselves (keys, tokens, times) does not count: neither whether it is there, where only some have it,
    nor what it is, where all have it.
    """
    told = []
    for name in sorted(set(found).union(*undisturbed)):
        values = {state[name] for state in undisturbed if name in state}
        everywhere = all(name in state for state in undisturbed)
        if not values:
            told.append(f"left behind: {name} ({found[name]})")
        elif everywhere and name not in found:
            told.append(f"lost: {name}")
        elif everywhere and len(values) == 1 and found[name] not in values:
            told.append(f"otherwise: {name} ({found[name]} and not {values.pop()})")
    return told
