"""What root runs, imports, follows and locks: nothing that somebody else could have put there. Over all roles, templates and modules.

Each rule is tried on the faults that it is there for, so that it is known to find them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(ROOT.glob("roles/*/"))
TARGET = sorted([*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/module_utils/**/*.py")])

# A Python that reads the folder that it is started in, a home, or what the environment names.
OPEN_PYTHON = re.compile(r"\bpython[0-9.]*['\"]?\s+(?!-I\b|--version)-\w")
# A program below something that a variable names.
PROGRAM = re.compile(r"(?:\}\}|\$\{?\w+\}?|')/bin/\w")
AS_OWNER = "setpriv --reuid="
LOCK = re.compile(r"\bflock\b")
# Places that are, or may be, in a user's hands.
HANDS = re.compile(r"~(?=[\w/\\])|\.home\b|_home\b|notebook_?s?_dir\b|_prefix\b|project_dir\b|data_dir\b")
SCRIPTS = ("ansible.builtin.shell", "ansible.builtin.command")
FILES = (
    "assemble", "blockinfile", "copy", "download", "file", "find", "get_url", "lineinfile", "replace", "slurp", "stat", "template", "unarchive",
)  # fmt: skip
TEMPLATE = re.compile(r"lookup\('ansible\.builtin\.template', (?:role_path ~ )?'([^']+)'\)")
VARIABLE = re.compile(r"\b__\w+(?:\.\w+)*")
OUR_LOCK = ROOT / "roles/base/templates/lock.sh.j2"
PATHS = ("path", "dest", "paths")
# They work in users' places: with the rights of whoever runs them.
USERS_MODULES = ("mlops.workbench.conda_env", "mlops.workbench.data_files", "mlops.workbench.git_checkout")


@dataclass(frozen=True)
class Task:
    """A task of a role: what it does, and whether as another user than root."""

    role: Path
    name: str
    module: str
    arguments: Any
    loop: str
    as_user: bool

    def words(self) -> str:
        """Return what a script runs, with the templates that it takes in."""
        return expand(self.script(), self.role)

    def script(self) -> str:
        """Return what a script runs, as it stands there."""
        if isinstance(self.arguments, str):
            return self.arguments
        return str(self.arguments.get("cmd") or self.arguments.get("argv"))


def expand(text: str, role: Path, depth: int = 6) -> str:
    """Return a text with the templates that it looks up and the variables of the role that it names."""
    known = variables(role)
    for _step in range(depth):
        text = TEMPLATE.sub(lambda found: template(role, found.group(1)), text)
        text = VARIABLE.sub(lambda found: value(known, found), text)
    return text


@cache
def variables(role: Path) -> dict[str, Any]:
    """Return the variables of a role, by name."""
    return {
        name: told
        for path in (role / "defaults/main.yml", role / "vars/main.yml")
        if path.exists()
        for name, told in yaml.load(path.read_text(), yaml.CSafeLoader).items()
        if not name.endswith("_checksums")
    }


def template(role: Path, name: str) -> str:
    """Return a template of the role, or of the role that it names."""
    return (Path(f"{role}{name}") if "/" in name else role / "templates" / name).read_text()


def value(known: dict[str, Any], found: re.Match[str]) -> str:
    """Return what a variable of the role stands for, or a part of it; the variable itself where that is not known here."""
    name, *parts = found.group().split(".")
    told = known.get(name)
    while parts and isinstance(told, dict) and parts[0] in told:
        told = told[parts.pop(0)]
    return found.group() if told is None else "(%s)" % ".".join([str(told), *parts])


def tasks(role: Path, text: str) -> Iterator[Task]:
    """Give the tasks of a file, those in blocks as well."""
    yield from _tasks(role, yaml.safe_load(text) or [], as_user=False)


def _tasks(role: Path, entries: list[dict[str, Any]], *, as_user: bool) -> Iterator[Task]:
    for entry in entries:
        acting = as_user or entry.get("become_user", "root") != "root" or entry.get("delegate_to") == "localhost"
        for part in ("block", "rescue", "always"):
            yield from _tasks(role, entry.get(part, []), as_user=acting)
        for module, arguments in entry.items():
            if "." in module:
                yield Task(role, entry.get("name", ""), module, arguments, str(entry.get("loop", "")), acting)


def open_python(task: Task) -> Iterator[str]:
    """Give what is wrong with a script that starts Python, or that may."""
    if task.module not in SCRIPTS:
        return
    words = task.words()
    if OPEN_PYTHON.search(words):
        yield "Python without -I"
    chdir = task.arguments.get("chdir", "") if isinstance(task.arguments, dict) else ""
    if chdir != "/" and (task.module.endswith("shell") or "python" in words):
        yield "no `chdir: /`"


def others_program(task: Task) -> Iterator[str]:
    """Give what is wrong with a script of root's that runs a program below a prefix, or a module that does."""
    if task.as_user:
        return
    if task.module in USERS_MODULES:
        yield "runs programs of a user's as root"
    if task.module in SCRIPTS:
        words = task.words()
        program = PROGRAM.search(words)
        if AS_OWNER in words and LOCK.search(words) and "9<&-" not in words:
            yield "an owner that is not root gets root's lock, and can hold it"
        if program and AS_OWNER not in words[: program.start()]:
            yield "root runs %s" % words[program.start() : program.end() + 20]


def by_name(task: Task) -> Iterator[str]:
    """Give the paths in a user's hands that a task of root's opens by name."""
    if task.as_user or task.module.rpartition(".")[2] not in FILES:
        return
    for option in PATHS:
        told = str(task.arguments.get(option, ""))
        if re.fullmatch(r"\{\{ item(\[\d\])? \}\}", told):
            told = task.loop
        if HANDS.search(expand(told, task.role)):
            yield "%s: %s" % (option, told)


def unbounded(task: Task) -> Iterator[str]:
    """Give a download that is unpacked before its checksum is looked at, or has no limit."""
    if task.module.endswith((".get_url", ".unarchive")) or (task.module.endswith(".uri") and "dest" in task.arguments):
        yield "writes whatever a server sends, unpacked: mlops.workbench.download has a limit"


def own_lock(task: Task) -> Iterator[str]:
    """Give a script that has a lock of its own."""
    if task.module in SCRIPTS and LOCK.search(task.words().replace(OUR_LOCK.read_text(), "")):
        yield "a lock that is not lock.sh.j2"


RULES = (open_python, others_program, by_name, unbounded, own_lock)


# For each rule a task that has its fault, and the one that is right.
FAULTS = {
    open_python: [
        (
            {"shell": {"cmd": "python3 -c 'import secrets'", "chdir": "/"}},
            {"shell": {"cmd": "python3 -I -c 'import secrets'", "chdir": "/"}},
        ),
        (
            {"shell": {"cmd": "/usr/bin/python3 -I -m venv x"}},
            {"shell": {"cmd": "/usr/bin/python3 -I -m venv x", "chdir": "/"}},
        ),
        ({"command": {"argv": ["python3", "-I", "x.py"]}}, {"command": {"cmd": "docker version"}}),
    ],
    others_program: [
        (
            {"shell": {"cmd": "{{ jupyter_conda_prefix }}/bin/conda create"}},
            {"shell": {"cmd": "setpriv --reuid=a {{ x_prefix }}/bin/conda"}},
        ),
        ({"shell": {"cmd": "new=x; $new/bin/jupyter-lab --version"}}, {"shell": {"cmd": "docker version"}}),
        ({"shell": {"cmd": "flock 9; setpriv --reuid=a sh"}}, {"shell": {"cmd": "flock 9; setpriv --reuid=a sh 9<&-"}}),
        ({"mlops.workbench.conda_env": {}}, {"mlops.workbench.conda_env": {}, "become_user": "{{ anaconda_owner }}"}),
    ],
    by_name: [
        (
            {"file": {"path": "{{ item.notebook_dir }}"}},
            {"mlops.workbench.owned_path": {"path": "{{ item.notebook_dir }}"}},
        ),
        ({"template": {"dest": "{{ anaconda_prefix }}/"}}, {"template": {"dest": "/etc/x"}}),
        (
            {"file": {"path": "{{ item }}"}, "loop": ["/etc/x", "{{ __jupyter_prefix }}"]},
            {"file": {"path": "{{ item }}"}, "loop": ["/etc/x"]},
        ),
        ({"lineinfile": {"path": "~/.bashrc"}}, {"lineinfile": {"path": "~/.bashrc"}, "become_user": "{{ item }}"}),
    ],
    unbounded: [({"get_url": {"url": "x"}}, {"mlops.workbench.download": {"url": "x", "dest": "/usr/local/bin/x"}})],
    own_lock: [({"shell": {"cmd": "exec 9< /root\nflock 9"}}, {"shell": {"cmd": "x\n" + OUR_LOCK.read_text()}})],
}


@pytest.mark.parametrize(("rule", "bad", "good"), [(rule, *pair) for rule, pairs in FAULTS.items() for pair in pairs])
def test_a_rule_finds_its_fault(rule: Any, bad: dict[str, Any], good: dict[str, Any]) -> None:
    def found(entry: dict[str, Any]) -> list[str]:
        named = {
            f"ansible.builtin.{key}" if key in (*FILES, "shell", "command") else key: told
            for key, told in entry.items()
        }
        block = [{"block": [named]}]
        return [wrong for task in tasks(ROOT / "roles/jupyter", yaml.safe_dump(block)) for wrong in rule(task)]

    assert len(found(bad)) == 1
    assert found(good) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_task_of_roots_is_in_others_hands(rule: Any) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {task.name}: {wrong}"
        for role in ROLES
        for path in sorted(role.glob("tasks/*.yml")) + sorted(role.glob("handlers/*.yml"))
        for task in tasks(role, path.read_text())
        for wrong in rule(task)
    ]
    assert not found, "\n".join(found)


UNIT_PROGRAM = re.compile(r"^Exec\w+=.*", re.MULTILINE)


def unit_faults(text: str) -> Iterator[str]:
    """Give what is wrong with a unit: its programs run in a folder of its user's."""
    for line in UNIT_PROGRAM.findall(text):
        if OPEN_PYTHON.search(line):
            yield line
        if PROGRAM.search(line) and not re.search(r"^User=\{\{", text, re.MULTILINE):
            yield f"root runs {line}"


def profile_faults(text: str) -> Iterator[str]:
    """Give what is wrong with a start-up file of all login shells, root's among them."""
    if HANDS.search(text) and "id -u" not in text:
        yield "root's login shells run it, too"


def test_units_and_start_up_files_run_nothing_of_others_as_root() -> None:
    found = []
    for path in ROOT.glob("roles/*/templates/*"):
        text = path.read_text()
        if ".service" in path.name:
            found += [f"{path.name}: {wrong}" for wrong in unit_faults(text)]
        if path.name == "profile.sh.j2":
            found += [f"{path.name}: {wrong}" for wrong in profile_faults(text)]
    assert not found, "\n".join(found)
    assert list(unit_faults("User={{ user }}\nExecStartPre={{ prefix }}/bin/python -m json.tool"))
    assert list(unit_faults("ExecStart={{ prefix }}/bin/jupyter-lab"))
    assert list(profile_faults('. "{{ anaconda_prefix }}/etc/profile.d/conda.sh"'))


def python_faults(text: str) -> Iterator[str]:
    """Give what is wrong in the Python that runs on hosts."""
    tree = ast.parse(text)
    guarded = "refuse_others(" in text
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.Module)):
            continue
        lists = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            words = (
                node.elts
                if isinstance(node, (ast.List, ast.Tuple))
                else node.args
                if isinstance(node, ast.Call)
                else []
            )
            for first, second in zip(words, words[1:]):
                program = ast.unparse(first).strip("'\"")
                flag = second.value if isinstance(second, ast.Constant) else ""
                if (
                    re.search(r"python'?\)?$", program)
                    and str(flag).startswith("-")
                    and flag not in ("-I", "--version")
                ):
                    yield f"line {node.lineno}: Python without -I"
            if (
                isinstance(node, ast.Call)
                and name(node.func) in {"run_command", "Popen"}
                and not isinstance(function, ast.Module)
            ):
                told = node.args[0] if node.args else None
                told = lists.get(told.id, told) if isinstance(told, ast.Name) else told
                if not (
                    guarded
                    or fixed(told)
                    or any(key.arg is None and "identity" in ast.unparse(key.value) for key in node.keywords)
                ):
                    yield f"line {node.lineno}: a program that may be others': {ast.unparse(node)}"
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "fcntl.flock":
                yield f"line {node.lineno}: a lock that is not _host/lock.py"


def name(function: ast.expr) -> str:
    """Return the last part of a function's name."""
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def fixed(words: ast.expr | None) -> bool:
    """Return whether a command begins with a program of the system's, or runs as the owner of what it begins with."""
    if isinstance(words, ast.Call):
        return name(words.func) == "as_user"
    first = words.elts[0] if isinstance(words, ast.List) and words.elts else None
    return isinstance(first, ast.Constant) or (isinstance(first, ast.Name) and first.id.isupper())


def opened_by_name(text: str) -> Iterator[str]:
    """Give the files that root opens by name, whoever may have put a link, a pipe or a device there."""
    tree = ast.parse(text)
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and "acting_as(" in "".join(ast.unparse(item) for item in node.items)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    known = systems_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "os.open"):
            told = ast.unparse(node)
            if not (systems(node.args[0], known) or id(node) in inside or "O_NOFOLLOW" in told or "descriptor" in told):
                yield f"line {node.lineno}: {told}"


def systems_names(tree: ast.Module) -> set[str]:
    """Return the names that stand for paths of the system's: constants, parameters with such a default, and what loops over such."""
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            defaults = node.args.defaults
            known |= {
                one.arg for one, default in zip(node.args.args[-len(defaults) :], defaults) if systems(default, known)
            }
        elif (
            isinstance(node, ast.For)
            and isinstance(node.iter, ast.Tuple)
            and all(systems(one, known) for one in node.iter.elts)
        ):
            known.add(ast.unparse(node.target))
        elif isinstance(node, ast.Assign) and systems(node.value, known) and ast.unparse(node.targets[0]).isupper():
            known.add(ast.unparse(node.targets[0]))
    return known


def systems(path: ast.expr, known: set[str]) -> bool:
    """Return whether a path begins with a folder of the system's."""
    if isinstance(path, ast.Constant):
        return str(path.value).startswith("/")
    if isinstance(path, ast.BinOp):
        return systems(path.left, known)
    if isinstance(path, ast.Call):
        return (
            systems(path.func.value if name(path.func) == "format" else path.args[0], known)
            if path.args or path.keywords
            else False
        )
    return isinstance(path, ast.Name) and path.id in known


@pytest.mark.parametrize("path", TARGET, ids=lambda path: path.stem)
def test_nothing_of_others_runs_in_a_module(path: Path) -> None:
    found = list(dict.fromkeys(python_faults(path.read_text())))
    assert path.stem == "lock" or not found, "\n".join(found)


@pytest.mark.parametrize(
    "path",
    [path for path in TARGET if path.parent.name in ("_host", "_preflight", "_workbench")],
    ids=lambda path: path.stem,
)
def test_nothing_is_opened_by_name_that_others_may_have_put_there(path: Path) -> None:
    found = list(opened_by_name(path.read_text()))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("run([python, '-c', SCRIPT])", "run([python, '-I', '-c', SCRIPT])"),
        (
            "run_as_owner(host, f'{prefix}/bin/python', '-m', 'pip')",
            "run_as_owner(host, f'{prefix}/bin/python', '-I', '-m', 'pip')",
        ),
        ("def f(words):\n    run_command(words)", "def f(words):\n    run_command(as_user(words, owner_of(words[0])))"),
        ("def f():\n    run_command([conda, 'x'])", "def f():\n    run_command(['systemctl', 'x'])"),
        ("fcntl.flock(home, fcntl.LOCK_EX)", "run_lock(module)"),
    ],
)
def test_a_fault_in_a_module_is_found(bad: str, good: str) -> None:
    assert list(python_faults(bad))
    assert not list(python_faults(good))


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("open(path, 'rb')", "with acting_as(owner):\n    open(path, 'rb')"),
        ("os.open(path, os.O_RDONLY)", "os.open(path, os.O_RDONLY | os.O_NOFOLLOW)"),
    ],
)
def test_a_file_that_is_opened_by_name_is_found(bad: str, good: str) -> None:
    assert list(opened_by_name(bad))
    assert not list(opened_by_name(good))


NAMED = re.compile(r"`((?:tests|molecule)/[\w/]+\.py)(?:::(\w+))?`")


def test_each_promise_has_a_test() -> None:
    promised = (ROOT / "SECURITY.md").read_text().split("\n## What is promised, and its tests\n")[1].split("\n## ")[0]
    promises = re.split(r"^- ", promised, flags=re.M)[1:]
    assert len(promises) > 10
    assert [promise for promise in promises if not NAMED.search(promise)] == []


def test_each_promise_names_tests_that_are_there() -> None:
    named = NAMED.findall((ROOT / "SECURITY.md").read_text())
    missing = []
    for path, test in named:
        text = (ROOT / path).read_text() if (ROOT / path).exists() else ""
        if not text or (test and f"def {test}(" not in text):
            missing.append(f"{path}::{test}")
    assert len(named) > 10
    assert not missing, missing
