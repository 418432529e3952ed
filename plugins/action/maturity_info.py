# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of `maturity_info`: compiles the rules, has the module collect, and judges."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import (
    Limits,
    NotFinishedError,
    WorkFailedError,
    run_limited,
)
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import argument_spec, not_finished
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import RuleError, Rules, load_rules
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.client import LiveOptionError
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.live import check_live


class ActionModule(ActionBase):
    """Turns the facts of a checkout into the result document."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Plan, collect, judge."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        spec = {name: option for name, option in argument_spec().items() if name != "plan"}
        _validated, options = self.validate_argument_spec(spec)
        try:
            check_live(options["live"] or {})
            rules = load_rules([self._loader.path_dwim(folder) for folder in options["rules_dirs"]])
        except (RuleError, OSError) as problem:
            raise AnsibleActionFail("The rules cannot be used: %s" % problem) from problem
        except LiveOptionError as problem:
            raise AnsibleActionFail("The servers cannot be asked: %s" % problem) from problem
        # The servers are asked from here; their credentials stay on the controller.
        arguments = {name: value for name, value in options.items() if value is not None and name != "live"}
        arguments["plan"] = rules.plan()
        result.update(self._execute_module("mlops.workbench.maturity_info", module_args=arguments, task_vars=task_vars))
        facts, seconds = result.pop("facts", None), result.pop("seconds", 0.0)
        result.pop("invocation", None)
        if result.get("failed") or facts is None:
            return result
        today = datetime.now(timezone.utc).date().isoformat()
        limits = Limits(options["time_limit"], options["memory_limit"], spent=seconds)
        try:
            judged = run_limited(lambda: _judged(facts, rules, options, today), limits)
        except NotFinishedError as problem:
            result.update(failed=True, **not_finished(problem, "controller", options["path"]))
            return result
        except WorkFailedError as problem:
            raise AnsibleActionFail("%s cannot be judged: %s" % (options["path"], problem)) from problem
        result["maturity"] = json.loads(judged)
        return result


def _judged(facts: str, rules: Rules, options: dict[str, Any], today: str) -> dict[str, Any]:
    return judge(
        json.loads(facts),
        rules,
        profile=options["profile"],
        target_level=options["target_level"],
        attestations=options["attestations"],
        waivers=options["waivers"],
        today=today,
        live=options["live"],
    )
