# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's documentation says what its options are."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import DOCUMENTATION, argument_spec

DOCUMENTED = yaml.safe_load(DOCUMENTATION)["options"]


def test_every_option_is_documented():
    assert set(DOCUMENTED) == set(argument_spec())


@pytest.mark.parametrize("name", sorted(argument_spec()))
def test_an_option_is_documented_as_it_is(name):
    option, documented = argument_spec()[name], DOCUMENTED[name]
    for key in ("type", "default", "choices", "elements", "required"):
        assert option.get(key) == documented.get(key), key
    assert set(option.get("options", {})) == set(documented.get("suboptions", {}))
