# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a conda environment to what is asked for, or foreseeing what that would do."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from typing import Any, Iterable, Iterator, Sequence

from . import environment, own_pip, pip, program, request, specs
from .program import CondaError, UnsolvableError, Plan
from .request import Request, RequestError
from .specs import Spec

Contents = dict[str, tuple[str, str]]
"""Version and build of what is installed, by name; what stands in brackets is for the diff alone."""

Ran = tuple[int, str, str]
"""Exit code, output and errors of a program."""


class Environment:
    """One environment on this host, and what is to become of it."""

    def __init__(self, module: Any) -> None:
        """Find conda and the prefix; fails where there is no conda, or where base is meant."""
        self.module = module
        self.options = module.params
        self.conda = self.options["conda"] or program.find(program.installed_by_role(), os.environ)
        # In a dry run an earlier task would have brought it, and what is left of an environment can be removed without.
        needed = not module.check_mode and self.options["state"] == "present"
        if self.options["conda"] and not os.access(self.conda, os.X_OK):
            if needed:
                raise CondaError("There is no program %s. Set conda to the one to use." % self.conda)
            self.conda = ""
        if not self.conda and needed:
            raise CondaError("There is no conda on this host. Install one (role anaconda), or name it: conda.")
        self.root = program.root_of(self.conda) if self.conda else ""
        self.prefix = self.options["prefix"] or program.place(
            self.options["name"], self.root or program.PLACES[0], os.path.expanduser("~")
        )
        self.prefix = os.path.abspath(self.prefix)
        if os.path.realpath(self.prefix) == self.root:
            raise CondaError("This is the base of the installation itself. Use an environment of its own.")
        if os.geteuid() == 0:
            program.refuse_others(filter(None, [self.root, self.prefix]))
        self.rebuilt = False

    def run(self, command: list[str], **more: Any) -> Ran:
        """Run a program as it would be for a user without settings of its own."""
        ran: Ran = self.module.run_command(command, environ_update=program.SETTINGS, cwd="/", **more)
        return ran

    def run_conda(
        self, verb: list[str], arguments: Iterable[str], channels: Sequence[str] = (), dry: bool = False
    ) -> dict[str, Any]:
        """Run conda and return its JSON."""
        command = program.command([self.conda, *verb], self.prefix, channels, dry) + list(arguments)
        ran = self.run(command)
        if ran[0] and program.BROKEN_INDEX.search(ran[1] + ran[2]):
            self.run([self.conda, "clean", "--index-cache", "--yes"])
            ran = self.run(command)
        return program.parse_result(*ran)

    def contents(self) -> Contents:
        """Return everything that is installed, by name: version and build."""
        found = {name: (version, "pypi_0") for name, version in environment.pip_packages(self.prefix).items()}
        found.update(
            (record["name"], (record["version"], record["build"])) for record in environment.records(self.prefix)
        )
        return found

    def wanted(self) -> Request:
        """Return what is asked for."""
        if not self.options["file"]:
            return request.from_options(*(self.options[name] for name in ("packages", "python", "channels", "pip")))
        wanted = request.from_file(self.options["file"], os.path.join(self.root, "bin", "python"), self.run)
        wanted.channels = self.options["channels"] or wanted.channels
        return wanted

    def shortfall(self, wanted: Request) -> dict[str, Any]:
        """Return what is missing or too much here."""
        records = environment.records(self.prefix)
        missing = specs.unsatisfied(wanted.specs, records, self.judged())
        extra = specs.not_needed(wanted.specs, records) if self.options["prune"] else []
        pip_missing, pip_extra = self.pip_shortfall(wanted) if not missing else (wanted.pip, [])
        present = environment.variables(self.prefix)
        variables = {key: value for key, value in wanted.variables.items() if present.get(key) != value}
        return {"missing": missing, "extra": extra, "pip": pip_missing, "pip_extra": pip_extra, "variables": variables}

    def judged(self) -> dict[str, str]:
        """Return what conda said when it was last asked of what it alone can judge."""
        noted = environment.read_notes(self.prefix).get("judged")
        return noted if isinstance(noted, dict) else {}

    def enough(self, wanted: Request, missing: list[Spec]) -> tuple[list[str], Plan | None]:
        """Return which specifications to hand to `conda install`, and its plan for them where it was asked for one.

        conda brings whatever is named to its newest version, so only what is missing is named. All is named where that would
        break something else that is asked for, or is not to be had with what an earlier run asked for.
        """
        everything = wanted.texts
        few = [spec.text for spec in missing]
        if few == everything:
            return everything, None
        try:
            plan = program.planned(self.run_conda(["install"], few, wanted.channels, dry=True))
        except UnsolvableError:
            return everything, None
        there = [spec for spec in wanted.specs if spec not in missing]
        after = plan.applied_to(environment.records(self.prefix))
        return (everything, None) if specs.unsatisfied(there, after, self.judged()) else (few, plan)

    def pip_shortfall(self, wanted: Request) -> tuple[list[str], list[str]]:
        """Return what pip has to install and to remove; the environment's Python is asked only if something moved."""
        notes, installed = environment.read_notes(self.prefix), environment.pip_packages(self.prefix)
        unmoved = notes.get("pip") == wanted.pip_fingerprint() and notes.get("pip_packages") == installed
        if unmoved and (notes.get("pruned") or not self.options["prune"]):
            return [], []
        if not wanted.pip and not (self.options["prune"] and installed):
            return [], []
        code, out, err = self.python("-c", pip.JUDGE, data=json.dumps(wanted.pip))
        if code:
            raise CondaError("The environment's Python cannot judge its pip part: %s" % err.strip()[-800:])
        judged = json.loads(out)
        same = notes.get("pip") == wanted.pip_fingerprint()
        extra = [name for name in judged["extra"] if name in installed]
        extra = extra if self.options["prune"] and not judged["unjudged"] else []
        return judged["missing"] + ([] if same else judged["unjudged"]), extra

    def python(self, *arguments: str, **more: Any) -> Ran:
        """Run the environment's own Python, which imports nothing from the folder that it runs in, nor from a home."""
        variables = {"PYTHONNOUSERSITE": "1", **program.SETTINGS, **more.pop("environ_update", {})}
        line = [os.path.join(self.prefix, "bin", "python"), "-I", *arguments]
        ran: Ran = self.module.run_command(line, environ_update=variables, **{"cwd": "/", **more})
        return ran

    def pip(self, *arguments: str, **more: Any) -> Ran:
        """Run the environment's own pip, with the host's settings as far as they say where packages come from."""
        listed = self.python(*own_pip.CONFIG)
        if listed[0]:
            return listed
        return self.python("-m", "pip", *arguments, environ_update=own_pip.settings(listed[1], os.environ), **more)

    def sound(self) -> bool:
        """Return whether there is an environment and no sign of a change that was cut off."""
        return environment.exists(self.prefix) and not os.path.exists(environment.pending_file(self.prefix))

    def foresee(self, wanted: Request) -> tuple[Contents, Contents]:
        """Return the contents as they would be: conda is asked for a dry run, and pip's own packages are named as asked."""
        before = self.contents()
        after = dict(before)
        sound = self.sound()
        lacks: dict[str, Any] = (
            self.shortfall(wanted)
            if sound
            else {"missing": wanted.specs, "extra": [], "pip": wanted.pip, "pip_extra": []}
        )
        if lacks["missing"]:
            plan = self.plan(wanted, lacks["missing"], sound)
            for name in plan.unlink:
                after.pop(name, None)
            after.update((entry["name"], (entry["version"], entry["build"])) for entry in plan.link)
        for name in [*lacks["extra"], *lacks["pip_extra"]]:
            after.pop(name, None)
        after.update((line, ("as asked", "pypi")) for line in lacks["pip"])
        if lacks.get("variables"):
            after["(variables)"] = (", ".join(sorted(lacks["variables"])), "")
        return before, after

    def plan(self, wanted: Request, missing: list[Spec], sound: bool) -> Plan:
        """Return what conda would do; without a conda, that it would bring what is asked for."""
        if not self.conda:
            return Plan([{"name": spec.name, "version": spec.version, "build": spec.build} for spec in missing], [])
        if not sound:
            return program.planned(self.run_conda(["create"], wanted.texts, wanted.channels, dry=True))
        specs_to_name, plan = self.enough(wanted, missing)
        return plan or program.planned(self.run_conda(["install"], specs_to_name, wanted.channels, dry=True))

    def make(self, wanted: Request) -> None:
        """Bring the environment to what is wanted. Nothing is started where nothing is missing."""
        if self.sound() and not any(self.shortfall(wanted).values()):
            return
        with claimed(self.prefix) as unfinished:
            self.clear_place(wanted, unfinished)
            self.fill(wanted)
            self.prove(wanted)

    def clear_place(self, wanted: Request, unfinished: bool) -> None:
        """Make room where an earlier run was cut off; fails for a folder that is no environment."""
        if unfinished and os.path.isdir(self.prefix):
            # First prove that it can be made again, so that a typing error does not cost what is there.
            if environment.exists(self.prefix):
                self.run_conda(["create"], wanted.texts, wanted.channels, dry=True)
            shutil.rmtree(self.prefix)
            self.rebuilt = True
        elif os.path.isdir(self.prefix) and not environment.exists(self.prefix) and os.listdir(self.prefix):
            raise CondaError(
                "%s is not empty and no environment of conda. Remove it or take another place." % self.prefix
            )

    def fill(self, wanted: Request) -> None:
        """Run conda and pip for what is missing and too much."""
        there = environment.exists(self.prefix)
        lacks: dict[str, Any] = self.shortfall(wanted) if there else {"missing": wanted.specs, "extra": []}
        if not there:
            try:
                self.run_conda(["create"], wanted.texts, wanted.channels)
            except CondaError:
                shutil.rmtree(self.prefix, ignore_errors=True)
                raise
        elif lacks["missing"]:
            specs_to_name, _plan = self.enough(wanted, lacks["missing"])
            self.run_conda(["install"], specs_to_name, wanted.channels)
        if lacks["extra"]:
            self.run_conda(["remove"], lacks["extra"])
        missing, extra = self.pip_shortfall(wanted)
        if missing:
            self.install_by_pip(wanted)
        if extra:
            self.must(self.pip("uninstall", "--yes", *extra), "pip could not remove packages")
        present = environment.variables(self.prefix)
        variables = {key: value for key, value in wanted.variables.items() if present.get(key) != value}
        if variables:
            assignments = ["%s=%s" % entry for entry in sorted(variables.items())]
            line = [self.conda, "env", "config", "vars", "set", "--prefix", self.prefix, *assignments]
            self.must(self.run(line), "conda could not set the variables")
        self.note(wanted)

    def install_by_pip(self, wanted: Request) -> None:
        """Let the environment's pip install the pip part, from the folder in which its relative paths begin."""
        folder = wanted.folder if os.access(wanted.folder, os.W_OK) else None
        with tempfile.NamedTemporaryFile(
            "w", suffix=".requirements.txt", dir=folder, prefix=".mlops-workbench-"
        ) as lines:
            lines.write("".join(line + "\n" for line in wanted.pip))
            lines.flush()
            ran = self.pip("install", "--quiet", "-r", lines.name, cwd=wanted.folder)
        self.must(ran, "conda's part is in place, but pip could not install its own, with which the next run goes on")

    def must(self, ran: Ran, problem: str) -> None:
        """Fail with a program's own words if it failed."""
        code, out, err = ran
        if code:
            raise CondaError("%s: %s" % (problem, (err or out).strip()[-2000:]))

    def note(self, wanted: Request) -> None:
        """Note what pip was asked for and what conda was content with, so that the next run need not ask."""
        notes = {
            "pip": wanted.pip_fingerprint(),
            "pip_packages": environment.pip_packages(self.prefix),
            "pruned": self.options["prune"],
            "judged": specs.judged_by_conda(wanted.specs, environment.records(self.prefix)),
        }
        with open(os.path.join(self.prefix, environment.NOTES), "w", encoding="utf-8") as content:
            json.dump(notes, content)

    def prove(self, wanted: Request) -> None:
        """Fail unless everything that is asked for is there and Python starts."""
        missing = [
            spec.text
            for spec in specs.unsatisfied(wanted.specs, environment.records(self.prefix))
            if not spec.left_to_conda
        ]
        if missing:
            raise CondaError("conda ended well, but this is not there: %s" % ", ".join(missing))
        if any(spec.name == "python" for spec in wanted.specs):
            self.must(self.python("-c", ""), "the environment's Python does not start")

    def remove(self) -> None:
        """Remove the environment with all that is in it."""
        with claimed(self.prefix) as unfinished:
            if environment.exists(self.prefix) and not unfinished and self.conda:
                self.must(
                    self.run([self.conda, "env", "remove", "--yes", "--prefix", self.prefix]),
                    "conda could not remove it",
                )
            shutil.rmtree(self.prefix, ignore_errors=not unfinished)

    def is_there(self) -> bool:
        """Return whether there is an environment, or what an interrupted run left of one."""
        return environment.exists(self.prefix) or os.path.exists(environment.pending_file(self.prefix))

    def freeze(self, path: str) -> bool:
        """Write the frozen file; return whether that changed it."""
        if self.module.check_mode and not environment.exists(self.prefix):
            return True
        text = environment.frozen(self.prefix, self.options["name"] or os.path.basename(self.prefix))
        try:
            with open(path, encoding="utf-8") as content:
                if content.read() == text:
                    return False
        except FileNotFoundError:
            pass
        if not self.module.check_mode:
            handle, new = tempfile.mkstemp(dir=self.module.tmpdir)
            with os.fdopen(handle, "w", encoding="utf-8") as content:
                content.write(text)
            self.module.atomic_move(new, path)
        return True


@contextmanager
def claimed(prefix: str) -> Iterator[bool]:
    """Mark an environment as unfinished until the end; gives whether it was so before. Other runs of its owner wait meanwhile (`_host/lock.py`)."""
    path = environment.pending_file(prefix)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a+", encoding="utf-8") as mark:
        mark.seek(0)
        unfinished = bool(mark.read())
        mark.write("A run that changes this environment has not come to its end.\n")
    try:
        yield unfinished
    except CondaError:
        # conda said no and left all as it was, which the next run compares again.
        if not unfinished:
            os.unlink(path)
        raise
    os.unlink(path)


def packages(contents: Contents) -> Contents:
    """Return the packages among the contents: what stands in brackets is for the diff alone."""
    return {name: found for name, found in contents.items() if not name.startswith("(")}


def as_lines(contents: Contents) -> str:
    """Return the contents as text, a package a line."""
    return "".join("%s %s %s\n" % (name, *contents[name]) for name in sorted(contents))


def difference(before: Contents, after: Contents) -> dict[str, list[str]]:
    """Return what came, what changed and what went; what stands in brackets is no package."""
    before, after = packages(before), packages(after)
    return {
        "added": ["%s %s %s" % (name, *after[name]) for name in sorted(set(after) - set(before))],
        "updated": [
            "%s %s %s -> %s %s" % (name, *before[name], *after[name])
            for name in sorted(set(after) & set(before))
            if after[name] != before[name]
        ],
        "removed": ["%s %s %s" % (name, *before[name]) for name in sorted(set(before) - set(after))],
    }


def present(target: Environment) -> tuple[Contents, Contents]:
    """Make or change the environment; in check mode only foresee it."""
    missing_file = target.options["file"] and not os.path.isfile(target.options["file"])
    if target.module.check_mode and (missing_file or (target.options["file"] and not target.conda)):
        # An earlier task of a dry run would have brought it.
        return target.contents(), {**target.contents(), "(%s)" % target.options["file"]: ("", "")}
    wanted = target.wanted()
    if wanted.pip and not any(spec.name == "python" for spec in wanted.specs):
        raise RequestError(
            "what pip installs needs a Python of the environment: set python, or name it among the packages"
        )
    if target.module.check_mode:
        return target.foresee(wanted)
    before, variables = target.contents(), environment.variables(target.prefix)
    target.make(wanted)
    after = target.contents()
    if environment.variables(target.prefix) != variables:
        after["(variables)"] = (", ".join(sorted(wanted.variables)), "")
    return before, after


def absent(target: Environment) -> tuple[Contents, Contents]:
    """Remove the environment; in check mode only say so."""
    before = target.contents()
    if not target.is_there():
        return before, before
    if not target.module.check_mode:
        target.remove()
    return {**before, "(%s)" % target.prefix: ("", "")}, {}
