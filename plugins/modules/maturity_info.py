#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module maturity_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: maturity_info
short_description: Tell the MLOps maturity level of a project from its checkout
version_added: 1.0.0
description:
  - Reads a checkout once and tells which criteria it meets, from level 1 (DevOps) to level 4 (full automation).
    How people work together can only be attested.
  - Every answer names files and lines. A dependency that is only listed, a mention in a README or a comment is no evidence.
  - Nothing of the checkout is run, imported or templated, and no link is followed out of it.
  - The target reads the files and the controller judges, so the target needs Python alone.
extends_documentation_fragment:
  - mlops.workbench._attributes
  - mlops.workbench._attributes.info_module
author:
  - The mlops.workbench authors (@mlops)
options:
  path:
    description:
      - Folder of the project on the target.
      - Where it is a git checkout, the files in its index are looked at, otherwise all but caches and environments.
    type: path
    required: true
  profile:
    description:
      - How many criteria of a level have to be met.
      - V(default) asks for 40 percent on level 1 and two thirds on the others. V(strict) asks for all.
    type: str
    choices: [default, strict]
    default: default
  target_level:
    description:
      - Level that the project aims at. Blockers and next steps look no further.
      - Without it C(target_level) of C(.mlops-maturity.yml) counts, or V(4).
    type: int
    choices: [1, 2, 3, 4]
  rules_dirs:
    description: Folders on the controller with rule files (C(*.yml)) that extend or override the shipped ones by id.
    type: list
    elements: path
    default: []
  attestations:
    description:
      - Criteria that somebody states to be met. They count like those of C(.mlops-maturity.yml), and win over them.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Criterion.
        type: str
        required: true
      reason:
        description: Why it cannot be seen in the checkout, or does not matter.
        type: str
        required: true
        choices: [external, not-detected, not-supported, process, not-applicable, accepted-risk]
      by:
        description: Who says so.
        type: str
        required: true
      date:
        description: When it was said, as year-month-day.
        type: str
        required: true
      expires:
        description: Last day on which it counts, 180 days after O(attestations[].date) unless given.
        type: str
      statement:
        description: What exactly is stated.
        type: str
  waivers:
    description: Criteria that are left out of the level, in the same form.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Criterion.
        type: str
        required: true
      reason:
        description: Why it does not matter.
        type: str
        required: true
        choices: [external, not-detected, not-supported, process, not-applicable, accepted-risk]
      by:
        description: Who says so.
        type: str
        required: true
      date:
        description: When it was said, as year-month-day.
        type: str
        required: true
      expires:
        description: Last day on which it counts, 180 days after O(waivers[].date) unless given.
        type: str
      statement:
        description: What exactly is stated.
        type: str
  max_files:
    description: Number of files that are looked at; what comes after them is listed in RV(maturity.scan).
    type: int
    default: 20000
  max_depth:
    description: Number of folders below each other.
    type: int
    default: 40
  max_file_bytes:
    description: Size of a file of Python that is read, in bytes. Notebooks may have eight times as many.
    type: int
    default: 1048576
  max_text_bytes:
    description: Size of a configuration file that is read, in bytes.
    type: int
    default: 524288
  max_total_bytes:
    description: Bytes that are read in all.
    type: int
    default: 67108864
  timeout:
    description: Seconds after which no further file is read; what was read until then is judged.
    type: int
    default: 30
  time_limit:
    description:
      - Seconds that the project may take in all, on the target and on the controller, whatever lies in it.
      - A project that takes longer has no result. The task fails for it and tells in RV(not_finished) what it was busy with.
    type: int
    default: 60
    version_added: 1.1.0
  memory_limit:
    description: Memory in MB that the project may take on the target, and again on the controller.
    type: int
    default: 512
    version_added: 1.1.0
  live:
    description:
      - Servers to ask besides, by requests that only read. What they say confirms, raises or lowers a status.
      - Asked by the controller; the target never sees the credentials.
    type: dict
    suboptions:
      mlflow:
        description: An MLflow server, for experiment tracking and the model registry.
        type: dict
        suboptions:
          url:
            description: Address of the server.
            type: str
            required: true
          token:
            description: Bearer token.
            type: str
          username:
            description: Name of the user, where there is no token.
            type: str
          password:
            description: Password of the user.
            type: str
          timeout:
            description: Seconds to wait for each answer.
            type: float
            default: 10
          experiments:
            description: Names of the project's own experiments, where others use the server, too.
            type: list
            elements: str
            default: []
          models:
            description: Names of the project's own registered models.
            type: list
            elements: str
            default: []
          components:
            description:
              - Names of the parts of a checkout that holds several, by their folders, each with the lists above.
            type: dict
            version_added: 1.1.0
      prefect:
        description: A Prefect server, for orchestration and schedules.
        type: dict
        suboptions:
          url:
            description: Address of the API, such as C(http://127.0.0.1:4200/api).
            type: str
            required: true
          token:
            description: Bearer token.
            type: str
          username:
            description: Name of the user, where there is no token.
            type: str
          password:
            description: Password of the user.
            type: str
          timeout:
            description: Seconds to wait for each answer.
            type: float
            default: 10
          deployments:
            description: The project's own deployments, as C(flow/deployment).
            type: list
            elements: str
            default: []
          components:
            description:
              - Names of the parts of a checkout that holds several, by their folders, each with the lists above.
            type: dict
            version_added: 1.1.0
  plan:
    description: What to look for. The action plugin of the same name compiles it from the rules; it is not for users.
    type: dict
notes:
  - Where it runs as root, the files are read with the rights of the owner of O(path), so that nobody has files read for them that they may
    not read. A checkout that belongs to root is read as root. In both cases no link is followed, in O(path) neither.
  - Where something was cut off, a criterion whose evidence could stand there is V(unknown) and not V(not_met).
  - The same checkout gives the same result, byte by byte.
"""

EXAMPLES = r"""
- name: Look at a project
  mlops.workbench.maturity_info:
    path: /home/ubuntu/churn
  register: project

- name: Insist on automated training
  ansible.builtin.assert:
    that: project.maturity.practice_level >= 2

- name: Look at a service that need not go beyond level 3
  mlops.workbench.maturity_info:
    path: /home/ubuntu/churn
    target_level: 3
    attestations:
      - id: integrated_team
        reason: process
        by: jane@example.com
        date: "2026-11-01"
        statement: Weekly pairing and shared reviews
"""

RETURN = r"""
not_finished:
  description: Where the project came to a limit, the C(limit), the C(half) that did (V(target) or V(controller)), and C(at), what it was busy with.
  returned: when O(time_limit) or O(memory_limit) was reached
  type: dict
  sample: {"limit": "in 60 s", "half": "target", "at": "models/generated.py"}
maturity:
  description: What was found.
  returned: success
  type: dict
  contains:
    schema:
      description: Version of this structure.
      type: int
      sample: 1
    project:
      description: Path, commit, kind (training, notebooks, service, llm_application, inference) and layout (single, monorepo or course_notes).
      type: dict
    profile:
      description: Profile that was used.
      type: str
      sample: default
    target_level:
      description: Level that blockers and next steps look at, at most.
      type: int
      sample: 4
    level:
      description: Highest level that is reached together with every level below it; null where there is none to tell.
      type: int
      sample: 2
    level_max:
      description: The same with every unknown criterion counted as met.
      type: int
      sample: 3
    practice_level:
      description: Highest level whose own criteria are reached, whatever is missing below.
      type: int
      sample: 3
    level_name:
      description: Name of RV(maturity.level).
      type: str
      sample: Automated training
    reason:
      description: Why there is no level, for example V(no_ml_found) or V(course_notes).
      type: str
      sample: ""
    coverage:
      description: Share of the criteria of each level that is reached.
      type: dict
      sample: {"1": 0.8, "2": 1.0, "3": 0.33, "4": 0.0}
    criteria:
      description:
        - Each criterion with C(id), C(level), C(title), C(status), C(strength), C(evidence), C(reason) and C(remedy).
        - Evidence has C(file), C(line) and C(symbol), and in a notebook C(cell), which the line is counted in.
        - The status is V(met), V(partial), V(not_met), V(unknown), V(not_applicable), V(attested) or V(waived).
        - The strength is 1 for what is declared, 2 for notebooks and tests, 3 for project code, 4 for what something starts, 5 for what a server has.
        - With O(live) also C(live), what each server shows of it, whether it was C(seen) at work, and of how many runs how many succeeded.
      type: list
      elements: dict
    live:
      description: The levels as the checkout alone has them (C(declared)), and with what servers have shown at work (C(seen)).
      type: dict
      returned: when a server in O(live) answered
      version_added: 1.1.0
      sample: {"declared": {"level": 2, "practice_level": 3}, "seen": {"level": 2, "practice_level": 2}}
    components:
      description:
        - Where RV(maturity.project) has the layout V(monorepo), each folder with a manifest and machine learning of its own, else none.
        - Each has C(path), C(kind), C(level), C(level_max), C(practice_level), C(coverage) and the C(criteria) with their status.
        - RV(maturity.level) and what is beside it are those of the whole checkout.
      type: list
      elements: dict
    blockers:
      description: The fewest missing criteria that would make the next level, with C(id), C(title) and C(reason).
      type: list
      elements: dict
    next_steps:
      description: At most three, what is in the way first, with C(criterion), C(text), C(effort), C(link) and C(files).
      type: list
      elements: dict
    attested:
      description: Criteria that count because somebody attested them.
      type: list
      elements: str
    warnings:
      description: Statements that do not count, and what else should be known.
      type: list
      elements: str
    scan:
      description: Numbers of C(files) and C(parsed), and what is C(unparsed) or C(truncated).
      type: dict
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect_as_owner
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import (
    Limits,
    NotFinishedError,
    WorkFailedError,
    run_limited,
)

REASONS = ["external", "not-detected", "not-supported", "process", "not-applicable", "accepted-risk"]
BOUNDS = ("max_files", "max_depth", "max_file_bytes", "max_text_bytes", "max_total_bytes", "timeout")
LIMITS = ("time_limit", "memory_limit")


def argument_spec() -> dict[str, Any]:
    """Options of the module, which the action plugin checks, too."""
    statement = {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "id": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True, "choices": REASONS},
            "by": {"type": "str", "required": True},
            "date": {"type": "str", "required": True},
            "expires": {"type": "str"},
            "statement": {"type": "str"},
        },
    }
    server = {
        "url": {"type": "str", "required": True},
        "token": {"type": "str", "no_log": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "timeout": {"type": "float", "default": 10},
        "components": {"type": "dict"},
    }
    names = {"type": "list", "elements": "str", "default": []}
    return {
        "path": {"type": "path", "required": True},
        "profile": {"type": "str", "choices": ["default", "strict"], "default": "default"},
        "target_level": {"type": "int", "choices": [1, 2, 3, 4]},
        "rules_dirs": {"type": "list", "elements": "path", "default": []},
        "attestations": statement,
        "waivers": statement,
        "live": {
            "type": "dict",
            "options": {
                "mlflow": {"type": "dict", "options": {**server, "experiments": names, "models": names}},
                "prefect": {"type": "dict", "options": {**server, "deployments": names}},
            },
        },
        "max_files": {"type": "int", "default": 20000},
        "max_depth": {"type": "int", "default": 40},
        "max_file_bytes": {"type": "int", "default": 1048576},
        "max_text_bytes": {"type": "int", "default": 524288},
        "max_total_bytes": {"type": "int", "default": 67108864},
        "timeout": {"type": "int", "default": 30},
        "time_limit": {"type": "int", "default": 60},
        "memory_limit": {"type": "int", "default": 512},
        "plan": {"type": "dict"},
    }


def not_finished(problem: NotFinishedError, half: str, path: str) -> dict[str, Any]:
    """What is told of a project that came to a limit."""
    return {
        "msg": "%s was %s" % (path, problem),
        "not_finished": {"limit": problem.limit, "half": half, "at": problem.at},
    }


def main() -> None:
    """Collect the facts; the action plugin makes the result out of them."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    plan, path = module.params["plan"], module.params["path"]
    if plan is None:
        module.fail_json(
            msg="maturity_info judges on the controller: run it as a task or with ansible -m, not by itself."
        )
    for name in (*BOUNDS, *LIMITS):
        if module.params[name] < 1:
            module.fail_json(msg="%s is %d; set it to one or more." % (name, module.params[name]))
    plan["bounds"] = {name: module.params[name] for name in BOUNDS}
    limits = Limits(module.params["time_limit"], module.params["memory_limit"])
    began = time.monotonic()
    try:
        facts = run_limited(lambda: collect_as_owner(path, plan), limits)
    except NotFinishedError as problem:
        module.fail_json(**not_finished(problem, "target", path))
    except WorkFailedError as problem:
        module.fail_json(msg=str(problem))
    # As text: what a checkout makes of them is taken apart under the controller's own limit.
    module.exit_json(changed=False, facts=facts, seconds=time.monotonic() - began)


if __name__ == "__main__":
    main()
