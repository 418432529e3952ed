"""What conda's versions, specifications and answers mean, and what an environment holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils import _receipt
from ansible_collections.mlops.workbench.plugins.module_utils._conda import environment, program, request, specs
from ansible_collections.mlops.workbench.plugins.module_utils._conda.versions import Version, VersionError, satisfies

# The order that the documentation of conda's VersionOrder gives, each of a group equal.
ORDER = [
    ["0.4", "0.4.0"],
    ["0.4.1.rc", "0.4.1.RC"],
    ["0.4.1"],
    ["0.5a1"],
    ["0.5b3"],
    ["0.5C1"],
    ["0.5"],
    ["0.9.6"],
    ["0.960923"],
    ["1.0"],
    ["1.1dev1"],
    ["1.1_"],
    ["1.1a1"],
    ["1.1.0dev1", "1.1.dev1"],
    ["1.1.a1"],
    ["1.1.0rc1"],
    ["1.1.0", "1.1"],
    ["1.1.0post1", "1.1.post1"],
    ["1.1post1"],
    ["1996.07.12"],
    ["1!0.4.1"],
    ["1!3.1.1.6"],
    ["2!0.4.1"],
]


def test_versions_come_in_condas_order():
    flat = [(place, text) for place, group in enumerate(ORDER) for text in group]
    for place, text in flat:
        for other, second in flat:
            assert Version(text).compare(Version(second)) == (place > other) - (place < other), (text, second)


def test_a_local_part_comes_after():
    assert Version("1.0+1").compare(Version("1.0")) == 1
    assert Version("1.0+1.2").starts_with(Version("1.0+1"))
    assert not Version("1.1+1.2").starts_with(Version("1.0+1"))


@pytest.mark.parametrize("text", ["", "a b", "1..2", "1.2;3"])
def test_words_that_are_no_version(text):
    with pytest.raises(VersionError):
        Version(text)


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("1.2", "==1.2.0", True), ("1.2.3", "1.2", False), ("1.2.3", "=1.2", True), ("1.20", "=1.2", False),
        ("1.2.3", "1.2.*", True), ("1.2.3", "1.2*", True), ("1.3", "=1.2.*", False), ("1.7.1", ">=1.7,<1.8|2.*", True),
        ("2.4", ">=1.7,<1.8|2.*", True), ("1.8", ">=1.7,<1.8|2.*", False), ("3.11.7", "~=3.10", True),
        ("1.4.5", "~=1.4.2", True), ("1.5", "~=1.4.2", False), ("1.4.1", "~=1.4.2", False), ("1.0.1", "!=1.0.*", False),
        ("1.1", "!=1.0.*", True), ("1.1", "!=1.1", False), ("1.1.1w", ">=1.1.1a,<1.1.2a", True), ("2021b", "=2021", True),
        ("1.0", "*", True), ("1.2", ">=1.2.*", True), ("1.0a1", "=1.0a", True), ("1.0", "=1.0a", False), ("1", "=1.0.0", True),
        ("1.0", "<=1", True), ("1.0", ">1", False), ("1.0.1", "=1.0.0.0", False), ("1.1.2", "=1.0.2", False), ("1.5a3", "=1.6a", False),
    ],
)  # fmt: skip
def test_a_constraint(version, constraint, expected):
    assert satisfies(version, constraint) == expected


@pytest.mark.parametrize("constraint", ["^1.*$", "1.*.2", "~=1", ">"])
def test_a_constraint_that_is_left_to_conda(constraint):
    with pytest.raises(VersionError):
        satisfies("1.0", constraint)


NUMPY = {
    "name": "numpy",
    "version": "1.26.4",
    "build": "py311h64a7726_0",
    "channel": "https://conda.anaconda.org/conda-forge/linux-64",
}


@pytest.mark.parametrize(
    "text",
    [
        "numpy", "NumPy", "numpy=1.26", "numpy==1.26.4", "numpy 1.26.4", "numpy>=1.20,<2", "numpy >=1.20, <2", "numpy 1.26.*",
        "numpy=1.26.4=py311h64a7726_0", "numpy 1.26.4 py311*", "numpy==1.26.4 py311*", "conda-forge::numpy", "numpy[version='>=1.2,<2']",
        "conda-forge::numpy=1.26", 'numpy[version="1.26.*",build="py311*"]', "numpy=1.26.*", "numpy # for the model",
        "https://conda.anaconda.org/conda-forge/linux-64::numpy", "numpy[channel=conda-forge]", "numpy>1,<2|3.*",
    ],
)  # fmt: skip
def test_a_specification_that_is_met(text):
    assert specs.unsatisfied([specs.parse(text)], [NUMPY]) == []


@pytest.mark.parametrize(
    "text",
    [
        "pandas", "numpy=1.2", "numpy==1.26", "numpy 1.26", "numpy>=2", "numpy=1.26.4=py312*", "defaults::numpy", "numpy 1.26.4 py310*",
        "numpy[md5=abc]", "numpy[subdir=linux-64]", "numpy^1.*", "numpy=^1.*$", "numpy 1 2 3", "conda::numpy", "numpy>=1 a b",
    ],
)  # fmt: skip
def test_a_specification_that_is_not_met_or_that_conda_has_to_judge(text):
    parsed = specs.parse(text)
    assert specs.unsatisfied([parsed], [NUMPY]) == [parsed]


@pytest.mark.parametrize("text", ["", ">=3", "=1", "# a comment", "::"])
def test_words_that_name_no_package(text):
    with pytest.raises(specs.SpecError):
        specs.parse(text)


def test_what_nobody_needs_is_found_through_all_that_need_it():
    installed = [
        {"name": "python", "depends": ["libffi >=3", "__glibc >=2.17"]}, {"name": "libffi"}, {"name": "pip", "depends": ["python"]},
        {"name": "pandas", "depends": ["numpy", "python"]}, {"name": "numpy"}, {"name": "tornado", "depends": ["python"]},
    ]  # fmt: skip
    assert specs.not_needed([specs.parse("pandas>=1")], installed) == ["tornado"]
    assert specs.not_needed([specs.parse("python")], installed) == ["numpy", "pandas", "tornado"]


def make(prefix, *records):
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta/history").write_text("")
    for record in records:
        (prefix / "conda-meta" / f"{record['name']}.json").write_text(json.dumps(record))
    return str(prefix)


def test_an_environment_is_read_from_its_files(tmp_path):
    prefix = make(
        tmp_path / "a[b]*", NUMPY, {"name": "old", "version": "1", "build_string": "0"}, {"name": "no-version"}
    )
    (tmp_path / "a[b]*/conda-meta/cut.json").write_text('{"name": "cu')
    (tmp_path / "a[b]*/conda-meta/list.json").write_text("[]")
    assert [(record["name"], record["build"]) for record in environment.records(prefix)] == [
        ("numpy", NUMPY["build"]),
        ("old", "0"),
    ]
    assert environment.exists(prefix)
    assert not environment.exists(str(tmp_path))


def test_what_pip_installed_is_told_from_what_conda_did(tmp_path):
    for name, installer in (("outer_Package", "pip\n"), ("inner", "conda"), ("nobody", "")):
        info = tmp_path / f"lib/python3.11/site-packages/{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\nName: not this\n")
        (info / "INSTALLER").write_text(installer)
    (tmp_path / "lib/python3.11/site-packages/broken-1.0.dist-info").mkdir()
    assert environment.pip_packages(str(tmp_path)) == {"outer-package": "1.0", "nobody": "1.0"}


def test_what_a_conda_record_lists_is_condas_whatever_its_installer_file_says(tmp_path):
    site = "lib/python3.11/site-packages"
    for name in ("listed-1.0", "not_listed-1.0"):
        info = tmp_path / site / f"{name}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {name.partition('-')[0]}\nVersion: 1.0\n")
    listed = {"name": "listed", "version": "1.0", "build": "0", "files": [f"{site}/listed-1.0.dist-info/METADATA"]}
    prefix = make(tmp_path, {**listed, "channel": "https://x/c/noarch", "subdir": "noarch"})
    assert environment.pip_packages(prefix) == {"not-listed": "1.0"}
    assert "listed==" not in environment.frozen(prefix, "x").replace("not-listed==", "")


def test_the_frozen_file_names_each_channel_once(tmp_path):
    channel = "https://conda.anaconda.org/conda-forge"
    noarch = {"name": "six", "version": "1", "build": "0", "channel": f"{channel}/noarch", "subdir": "noarch"}
    prefix = make(tmp_path, {**NUMPY, "subdir": "linux-64"}, noarch, {**noarch, "name": "a", "channel": channel})
    written = yaml.safe_load(environment.frozen(prefix, "x"))
    assert written["channels"] == [channel]
    assert written["dependencies"] == ["a=1=0", "numpy=1.26.4=py311h64a7726_0", "six=1=0"]


def test_notes_and_variables_that_cannot_be_read_are_none(tmp_path):
    prefix = make(tmp_path)
    assert (environment.read_notes(prefix), environment.variables(prefix)) == ({}, {})
    (tmp_path / environment.NOTES).write_text("[]")
    (tmp_path / "conda-meta/state").write_text("{")
    assert (environment.read_notes(prefix), environment.variables(prefix)) == ({}, {})
    (tmp_path / environment.NOTES).write_text("{")
    assert environment.read_notes(prefix) == {}


def test_the_frozen_file_says_it_all(tmp_path):
    prefix = make(tmp_path, NUMPY)
    (tmp_path / "conda-meta/state").write_text('{"env_vars": {"STAGE": "a b"}}')
    info = tmp_path / "lib/python3.11/site-packages/inner-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: inner\nVersion: 1.0\n")
    text = environment.frozen(prefix, "x")
    for words in ('"numpy=1.26.4=py311h64a7726_0"', '"inner==1.0"', 'STAGE: "a b"', "conda-forge"):
        assert words in text


def test_the_mark_of_an_unfinished_change_stands_beside_the_environment():
    assert environment.pending_file("/opt/x/envs/a/") == "/opt/x/envs/.a.mlops-workbench-unfinished"


def test_options_become_specifications():
    wanted = request.from_options(["pandas"], "3.11", ["c"], ["mlflow"])
    assert [spec.text for spec in wanted.specs] == ["python=3.11", "pandas"]
    assert request.from_options([], ">=3.9,<3.12", [], []).specs[0].version == ">=3.9,<3.12"
    with pytest.raises(request.RequestError, match="names no package"):
        request.from_options([">1"], "", [], [])


def test_the_fingerprint_follows_the_files_that_pip_reads(tmp_path):
    wanted = request.Request(specs=[], channels=[], pip=["-r more.txt", "x"], folder=str(tmp_path))
    none = wanted.pip_fingerprint()
    (tmp_path / "more.txt").write_text("six")
    six = wanted.pip_fingerprint()
    (tmp_path / "more.txt").write_text("seven")
    assert len({none, six, wanted.pip_fingerprint()}) == 3


def test_an_environment_file_is_taken_apart():
    document = {
        "name": "a",
        "channels": ["x", "nodefaults"],
        "dependencies": ["python", {"pip": ["b", 1]}],
        "variables": {"V": 2},
    }
    wanted = request.from_document(document, "/srv/environment.yml")
    assert [spec.name for spec in wanted.specs] == ["python", "pip"]
    assert (wanted.channels, wanted.pip, wanted.variables, wanted.folder) == (["x"], ["b", "1"], {"V": "2"}, "/srv")


@pytest.mark.parametrize(
    "document",
    [None, [], {"dependencies": "python"}, {"channels": "x"}, {"dependencies": [{"pip": "x"}]}, {"surprise": 1}],
)
def test_a_document_that_describes_no_environment(document):
    with pytest.raises(request.RequestError):
        request.from_document(document, "/x")


def test_the_file_is_read_by_condas_own_python(tmp_path):
    path = tmp_path / "environment.yml"
    path.write_text("")
    told = json.dumps({"document": {"dependencies": ["python"]}})
    assert request.from_file(str(path), "/py", lambda words: (0, told, "")).specs[0].name == "python"
    with pytest.raises(request.RequestError, match="line 3"):
        request.from_file(str(path), "/py", lambda words: (0, json.dumps({"error": "found x in line 3, column 1"}), ""))
    with pytest.raises(request.RequestError, match="could not be read"):
        request.from_file(str(path), "/py", lambda words: (1, "", "boom"))
    with pytest.raises(request.RequestError, match="no file"):
        request.from_file(str(tmp_path / "none"), "/py", lambda words: (0, "", ""))


def test_conda_is_found_in_order(tmp_path):
    def place(name):
        program_file = tmp_path / name / "bin/conda"
        program_file.parent.mkdir(parents=True)
        program_file.write_text("")
        program_file.chmod(0o755)
        return str(program_file)

    role, path, exe = place("role"), place("path"), place("exe")
    assert program.find([str(tmp_path / "role")], {"CONDA_EXE": exe, "PATH": str(Path(path).parent)}) == exe
    assert program.find([str(tmp_path / "role")], {"PATH": str(Path(path).parent)}) == path
    assert program.find([str(tmp_path / "role")], {}) == role
    assert program.root_of(role) == str(tmp_path / "role")


def test_the_roles_receipt_names_the_prefix(tmp_path, monkeypatch):
    monkeypatch.setattr(_receipt, "DIRECTORY", str(tmp_path))
    assert program.installed_by_role() == []
    for content, prefixes in (({}, []), ({"prefix": "/opt/x"}, ["/opt/x"])):
        _receipt.write("anaconda", content)
        assert program.installed_by_role() == prefixes


def test_a_name_is_looked_for_where_conda_does(tmp_path):
    root, home = tmp_path / "root", tmp_path / "home"
    (root / "envs").mkdir(parents=True)
    (home / ".conda/envs/mine").mkdir(parents=True)
    assert program.place("mine", str(root), str(home)) == str(home / ".conda/envs/mine")
    assert program.place("new", str(root), str(home)) == str(root / "envs/new")
    assert program.place("new", str(tmp_path / "none"), str(home)) == str(home / ".conda/envs/new")


def test_a_command_asks_no_question_and_uses_only_the_channels_named():
    words = program.command(["conda", "create"], "/p", ["a", "b"], dry=True)
    assert words == [
        "conda", "create", "--yes", "--quiet", "--json", "--prefix", "/p",
        "--override-channels", "--channel", "a", "--channel", "b", "--dry-run",
    ]  # fmt: skip
    assert "--override-channels" not in program.command(["conda", "create"], "/p", [])


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"exception_name": "PackagesNotFoundInChannelsError", "message": "no x"}, "No set of packages"),
        ({"success": False, "solver_problems": ["nothing provides x"]}, "nothing provides x"),
        (
            {"exception_name": "NoChannelsConfiguredError", "message": "No channels have been configured."},
            "Name some: channels, or anaconda_channels of the role anaconda",
        ),
        ({"exception_name": "CondaHTTPError", "message": "HTTP 000"}, "A channel cannot be reached"),
        ({"exception_name": "EnvironmentNotWritableError", "message": "m"}, "may not write"),
        ({"exception_name": "CondaToSNonInteractiveError", "message": "m"}, "terms of service"),
        ({"exception_name": "NoSpaceLeftError", "message": "m"}, "disk is full"),
        ({"error": "something new"}, "conda failed. conda says: something new"),
    ],
)
def test_a_complaint_of_condas_becomes_a_remedy(document, words):
    with pytest.raises(program.CondaError, match=words):
        program.parse_result(1, json.dumps(document), "")


def test_a_complaint_without_json_is_passed_on():
    with pytest.raises(program.CondaError, match="Segmentation fault"):
        program.parse_result(139, "", "Segmentation fault")


def test_an_answer_is_the_last_document():
    progress = '{"fetch": "x", "progress": 0.5}\n\0{"fetch": "x"}\n\0'
    assert program.parse_result(0, progress + '{"success": true, "actions": {}}', "") == {
        "success": True,
        "actions": {},
    }
    assert program.parse_result(0, 'warning {not json}\n{"success": true}', "") == {"success": True}
    assert program.parse_result(0, "", "") == {}
    assert program.parse_result(1, '{"exception_name": "DryRunExit", "actions": {}}', "")["actions"] == {}


def test_a_plan_is_read_from_old_and_new_condas():
    link = [{"name": "x", "version": "1", "build_string": "0", "base_url": "file:///c"}]
    there = [{"name": "x", "version": "0"}, {"name": "y"}, {"name": "z"}]
    plan = program.planned({"actions": {"LINK": link, "UNLINK": [{"name": "y"}]}})
    assert plan.applied_to(there) == [
        {"name": "z"},
        {"name": "x", "version": "1", "build": "0", "channel": "file:///c"},
    ]
    assert program.planned({"actions": [{"LINK": link}]}).link[0]["name"] == "x"
    assert program.planned({"actions": []}) == program.planned({}) == program.Plan([], [])


def test_what_conda_alone_can_judge_is_judged_by_what_it_said():
    alone = [specs.parse(text) for text in ("defaults::numpy", "numpy[md5=abc]", "numpy=^1.*$", "absent=^1.*$")]
    plain = [specs.parse(text) for text in ("numpy=2", "file:///c::numpy")]
    judged = specs.judged_by_conda(alone + plain, [NUMPY])
    assert specs.unsatisfied(alone + plain, [NUMPY], judged) == [alone[3], *plain]
    assert specs.unsatisfied(alone, [{**NUMPY, "build": "other"}], judged) == alone
