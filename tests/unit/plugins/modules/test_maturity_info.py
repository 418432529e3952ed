# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's documentation says what its options are."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import DOCUMENTATION, RETURN, argument_spec
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules

DOCUMENTED = yaml.safe_load(DOCUMENTATION)["options"]


def test_every_option_is_documented():
    assert set(DOCUMENTED) == set(argument_spec())


@pytest.mark.parametrize("name", sorted(argument_spec()))
def test_an_option_is_documented_as_it_is(name):
    option, documented = argument_spec()[name], DOCUMENTED[name]
    for key in ("type", "default", "choices", "elements", "required"):
        assert option.get(key) == documented.get(key), key
    assert set(option.get("options", {})) == set(documented.get("suboptions", {}))


def test_every_key_of_the_result_is_documented(tmp_path):

    bounds = {
        name: option["default"]
        for name, option in argument_spec().items()
        if name.startswith("max_") or name == "timeout"
    }
    rules = load_rules()
    result = judge(collect(str(tmp_path), {**rules.plan(), "bounds": bounds}), rules)
    # `live` is there only where servers were asked.
    assert {*result, "live"} == set(yaml.safe_load(RETURN)["maturity"]["contains"])
