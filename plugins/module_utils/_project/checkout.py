# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A git checkout that is brought up to date, or removed, without losing anything of its user's."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import Any, Callable, List

# git never waits for somebody to type a password or to trust a host.
SETTINGS = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes", "LC_ALL": "C"}
# What programs make again by themselves is nobody's work.
CACHES = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
SHOWN = 8


class CheckoutError(Exception):
    """Why the checkout stays as it is, and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What is to be checked out: a commit, and the branch that it is the end of, if any."""

    branch: str
    commit: str


class Checkout:
    """One checkout on this host. `run` is the module's run_command."""

    def __init__(self, run: Callable[..., Any], path: str, repo: str) -> None:
        """Remember where it is and where it comes from."""
        self.run = run
        self.path = path
        self.repo = repo

    def git(self, *arguments: str) -> str:
        """Run git in the checkout and return what it printed; CheckoutError with git's own words if it fails."""
        return self._git(["-C", self.path, *arguments])

    def _git(self, arguments: List[str]) -> str:
        code, out, err = self.run(["git", *arguments], environ_update=SETTINGS)
        if code:
            raise CheckoutError("git says: %s" % (err or out).strip())
        return str(out).strip("\n")

    def _holds(self, *arguments: str) -> bool:
        """Return whether a question that git answers by its exit code has the answer yes."""
        return bool(self.run(["git", "-C", self.path, *arguments], environ_update=SETTINGS)[0] == 0)

    def exists(self) -> bool:
        """Return whether there is a checkout of this repository; CheckoutError where there is something else."""
        if not os.path.lexists(self.path) or (os.path.isdir(self.path) and not os.listdir(self.path)):
            return False
        if not os.path.isdir(os.path.join(self.path, ".git")):
            raise CheckoutError("%s is there and is no git checkout. Move it away, or take another folder" % self.path)
        if self.repo and self.git("config", "--get", "remote.origin.url") != self.repo:
            raise CheckoutError(
                "%s is a checkout of another repository (git -C %s remote -v shows it). Move it away, or take another folder"
                % (self.path, self.path)
            )
        return True

    def resolve(self, version: str) -> Wanted:
        """Return what a version means in the repository now: a branch, else a tag, else a commit; '' is its own branch."""
        patterns = (
            ["HEAD"] if not version else ["refs/heads/" + version, "refs/tags/" + version, "refs/tags/%s^{}" % version]
        )
        listing = self._git(["ls-remote", "--symref", "--", self.repo, *patterns])
        refs = dict(line.split("\t")[::-1] for line in listing.splitlines())
        head = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", listing, re.MULTILINE)
        if not version and head and "HEAD" in refs:
            return Wanted(head.group(1), refs["HEAD"])
        if "refs/heads/" + version in refs:
            return Wanted(version, refs["refs/heads/" + version])
        for tag in ("refs/tags/%s^{}" % version, "refs/tags/" + version):
            if tag in refs:
                return Wanted("", refs[tag])
        if re.fullmatch("[0-9a-f]{7,64}", version):
            return Wanted("", version)
        raise CheckoutError(
            "%s has no branch, tag or commit %s. Correct the version" % (self.repo, version)
            if version
            else "%s is empty: there is nothing to check out" % self.repo
        )

    def is_at(self, version: str) -> bool:
        """Return whether a commit is checked out that the version names by itself, so that nobody need be asked."""
        return bool(re.fullmatch("[0-9a-f]{7,64}", version)) and self.git("rev-parse", "HEAD").startswith(version)

    def fits(self, wanted: Wanted) -> bool:
        """Return whether what is wanted is checked out, commits of the user's own on top of a branch included."""
        if not wanted.branch:
            return self.git("rev-parse", "HEAD").startswith(wanted.commit)
        return self.branch() == wanted.branch and self._holds("merge-base", "--is-ancestor", wanted.commit, "HEAD")

    def branch(self) -> str:
        """Return the branch that is checked out; '' for a commit or a tag."""
        return self.git("branch", "--show-current")

    def clone(self, wanted: Wanted) -> None:
        """Make the checkout, which is there as a whole or not at all."""
        folder, name = os.path.split(self.path)
        os.makedirs(folder, exist_ok=True)
        new = Checkout(self.run, os.path.join(folder, ".%s.mlops-workbench-new" % name), self.repo)
        shutil.rmtree(new.path, ignore_errors=True)  # of a run that was cut off
        try:
            self._git(
                ["clone", "--quiet", *(["--branch", wanted.branch] if wanted.branch else []), "--", self.repo, new.path]
            )
            if not wanted.branch:
                new.git("checkout", "--quiet", "--detach", wanted.commit)
            os.rename(new.path, self.path)
        finally:
            shutil.rmtree(new.path, ignore_errors=True)

    def refuse_to_lose_changes(self) -> None:
        """CheckoutError if files differ from their last commit."""
        changed = self.status("--untracked-files=no")
        if changed:
            raise CheckoutError(
                "%s has changes that are not committed: %s. They stay as they are, and so does the checkout. Commit or stash them "
                "(git -C %s stash), or name the commit that is checked out as the version"
                % (self.path, shown(changed), self.path)
            )

    def update(self, wanted: Wanted) -> None:
        """Bring the checkout to what is wanted, if nothing of its user's is lost by that."""
        self.refuse_to_lose_changes()
        self.git("fetch", "--quiet", "--tags", "origin")
        if not self.branch():
            self._refuse_to_leave(
                self.commits("HEAD", "--not", "--branches", "--remotes", "--tags"), "are on no branch"
            )
        if not wanted.branch:
            self.git("checkout", "--quiet", "--detach", wanted.commit)
            return
        upstream = "refs/remotes/origin/" + wanted.branch
        if self._holds("show-ref", "--verify", "--quiet", "refs/heads/" + wanted.branch):
            own = self.commits("refs/heads/" + wanted.branch, "--not", upstream)
            behind = self.commits(upstream, "--not", "refs/heads/" + wanted.branch)
            self._refuse_to_leave(own if behind else [], "are not in %s, which has moved on" % self.repo)
        if self.branch() != wanted.branch:
            self.git("checkout", "--quiet", wanted.branch)
        self.git("merge", "--quiet", "--ff-only", upstream)

    def _refuse_to_leave(self, commits: List[str], why: str) -> None:
        if commits:
            raise CheckoutError(
                "%s has commits of its own that %s: %s. They stay as they are, and so does the checkout. "
                "Push or merge them, or put them on a branch of their own, first" % (self.path, why, shown(commits))
            )

    def commits(self, *arguments: str) -> List[str]:
        """Return commits by hash and title, as `git rev-list` would choose them."""
        return self.git("log", "--format=%h %s", *arguments, "--").splitlines()

    def status(self, *arguments: str) -> List[str]:
        """Return the files that git says something about."""
        fields = iter(self.git("status", "--porcelain", "-z", *arguments).split("\0"))
        found = []
        for field in fields:
            if field:
                found.append(field[3:])
                if field[0] in "RC":  # the name that it had before follows
                    next(fields)
        return found

    def remove(self, disregard: List[str], check_mode: bool) -> None:
        """Remove the checkout; CheckoutError if that would lose anything that cannot be cloned again."""
        mine = [
            name
            for name in self.status("--ignored", "--untracked-files=all")
            if not CACHES & set(name.split("/")) and os.path.join(self.path, name) not in disregard
        ]
        losses = [
            ("files that are not in the repository", mine),
            ("commits that were not pushed", self.commits("HEAD", "--branches", "--not", "--remotes", "--tags")),
            ("stashed changes", self.git("stash", "list").splitlines()),
        ]
        descriptions = ["%s (%s)" % (what, shown(names)) for what, names in losses if names]
        if descriptions:
            raise CheckoutError(
                "%s stays, and so does everything else of the project: it has %s. Save what you need, remove the folder yourself, "
                "and run this again" % (self.path, " and ".join(descriptions))
            )
        if not check_mode:
            shutil.rmtree(self.path)


def shown(names: List[str]) -> str:
    """Return a list as people read it, not longer than a message may be."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (" and %d more" % more if more > 0 else "")


def present(checkout: Checkout, version: str, check_mode: bool) -> bool:
    """Bring the checkout to a version; return whether that changed it, or would."""
    exists = checkout.exists()
    if exists and checkout.is_at(version):
        return False
    if not exists and check_mode:
        return True  # git itself may still be missing
    wanted = checkout.resolve(version)
    if exists and checkout.fits(wanted):
        return False
    if not exists:
        checkout.clone(wanted)
    elif check_mode:
        checkout.refuse_to_lose_changes()
    else:
        checkout.update(wanted)
    return True


def absent(checkout: Checkout, disregard: List[str], check_mode: bool) -> bool:
    """Remove the checkout; return whether there was one."""
    if not checkout.exists():
        return False
    checkout.remove(disregard, check_mode)
    return True
