"""docs/conda-contract.md, row by row: the stand-in, or the conda that CONDA names, behaves as the roles and modules rely on."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import conda_home
import pytest
from lab_host import ROOT

pytestmark = pytest.mark.xdist_group("conda")
CONTRACT = (ROOT / "docs/conda-contract.md").read_text()


@pytest.fixture(scope="module")
def conda(tmp_path_factory: pytest.TempPathFactory) -> conda_home.Conda:
    return conda_home.install(tmp_path_factory.mktemp("contract"))


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "env"


def words(verb: str, prefix: Path, *more: str) -> list[str]:
    return [*verb.split(), "--yes", "--quiet", "--json", "--prefix", str(prefix), *more]


def create(conda: conda_home.Conda, prefix: Path, *specs: str, channel: str = "") -> subprocess.CompletedProcess[str]:
    return conda.run(*words("create", prefix, "--override-channels", "--channel", channel or conda.channel, *specs))


def names(prefix: Path) -> set[str]:
    return {json.loads(path.read_text())["name"] for path in (prefix / "conda-meta").glob("*.json")}


def shell(conda: conda_home.Conda, script: str, program: str = "sh") -> str:
    run = subprocess.run([program, "-c", script], env=conda.environment(), capture_output=True, text=True, check=True)
    return run.stdout.strip()


def base(conda: conda_home.Conda) -> Path:
    return conda.program.resolve().parents[1]


def test_version(conda, prefix):
    assert re.fullmatch(r"conda \d+\.\d+\.\d+\S*\n", conda.run("--version").stdout)


def test_create(conda, prefix):
    made = create(conda, prefix, "six", "tzdata")
    assert made.returncode == 0, made.stdout
    assert (prefix / "conda-meta/history").is_file()
    records = [json.loads(path.read_text()) for path in (prefix / "conda-meta").glob("*.json")]
    assert {"six", "tzdata"} <= {record["name"] for record in records}
    assert all({"version", "build", "channel", "depends"} <= set(record) for record in records)
    assert all(f"{record['name']}-{record['version']}-{record['build']}.json" in
               [path.name for path in (prefix / "conda-meta").glob("*.json")] for record in records)  # fmt: skip


def test_create_dry(conda, prefix):
    told = json.loads(
        conda.run(
            *words("create", prefix, "--override-channels", "--channel", conda.channel, "--dry-run", "six")
        ).stdout
    )
    assert {"name", "version", "build_string"} <= set(told["actions"]["LINK"][0])
    assert not (prefix / "conda-meta").exists()


def test_create_again(conda, prefix):
    create(conda, prefix, "six")
    (prefix / "mine").write_text("")
    assert create(conda, prefix, "tzdata").returncode == 0
    assert not (prefix / "mine").exists()


def versions(prefix: Path) -> dict[str, str]:
    records = [json.loads(path.read_text()) for path in (prefix / "conda-meta").glob("*.json")]
    return {record["name"]: record["version"] for record in records}


def test_install(conda, prefix):
    old = conda_home.channel(prefix.with_name("old"), "alpha 1.0", "beta 1.0")
    new = conda_home.channel(prefix.with_name("new"), "alpha 1.0", "alpha 2.0", "beta 1.0", "beta 2.0", "gamma 1.0")
    assert create(conda, prefix, "alpha", "beta", channel=old).returncode == 0

    def install(*specs: str) -> dict[str, str]:
        ran = conda.run(*words("install", prefix, "--override-channels", "--channel", new, *specs))
        assert ran.returncode == 0, ran.stdout
        return versions(prefix)

    assert install("gamma") == {"alpha": "1.0", "beta": "1.0", "gamma": "1.0"}
    assert install("alpha", "gamma") == {"alpha": "2.0", "beta": "1.0", "gamma": "1.0"}


def test_remove(conda, prefix):
    create(conda, prefix, "six", "tzdata")
    assert conda.run(*words("remove", prefix, "six")).returncode == 0
    assert "six" not in names(prefix)
    assert "tzdata" in names(prefix)


def test_env_remove(conda, prefix):
    create(conda, prefix, "six")
    assert conda.run("env", "remove", "--yes", "--prefix", str(prefix)).returncode == 0
    assert not prefix.exists()


def test_variables(conda, prefix):
    create(conda, prefix, "six")
    assert conda.run("env", "config", "vars", "set", "--prefix", str(prefix), "STAGE=a b").returncode == 0
    assert json.loads((prefix / "conda-meta/state").read_text())["env_vars"] == {"STAGE": "a b"}


def test_unsatisfiable(conda, prefix):
    refused = create(conda, prefix, "no-such-package-anywhere")
    told = json.loads(refused.stdout)
    assert refused.returncode != 0
    assert told.get("solver_problems") or {"exception_name", "message"} <= set(told)
    assert not (prefix / "conda-meta").exists()


def test_unreachable(conda, prefix):
    refused = create(conda, prefix, "six", channel="file:///no/such/channel")
    assert refused.returncode != 0
    assert re.search("HTTP|Channel", json.loads(refused.stdout)["exception_name"])


def test_foreign(conda, prefix):
    create(conda, prefix, "six")
    for path in (prefix, *prefix.parents):
        if path.stat().st_mode & 0o5 != 0o5 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o5)
    for path in (base(conda), *base(conda).parents):
        if path.stat().st_mode & 0o5 != 0o5 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o5)
    line = [str(conda.program), *words("install", prefix, "--override-channels", "--channel", conda.channel, "tzdata")]
    refused = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *line],
        env={**conda.environment(), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["exception_name"] in {"EnvironmentNotWritableError", "NoWritablePkgsDirError"}


def test_yaml(conda, prefix):
    program = "try:\n import ruamel.yaml\nexcept ImportError:\n import yaml\nprint('reads')"
    assert shell(conda, f'{base(conda)}/bin/python -c "{program}"') == "reads"


def test_condarc(conda, prefix):
    settings = base(conda) / ".condarc"
    before = settings.read_text() if settings.exists() else None
    try:
        settings.write_text(f"channels:\n  - {conda.channel}\n")
        assert conda.run(*words("create", prefix, "six")).returncode == 0
    finally:
        settings.unlink() if before is None else settings.write_text(before)


def test_settings(conda, prefix):
    known = ("changeps1", "auto_activate_base", "channels", "denylist_channels", "aggressive_update_packages")
    told = json.loads(conda.run("config", "--json", "--get", *known, "surprise").stdout)
    assert len(told["warnings"]) == 1
    assert re.search("unknown key.*surprise", told["warnings"][0], re.I)


def test_profile(conda, prefix):
    create(conda, prefix, "python")
    script = f". {base(conda)}/etc/profile.d/conda.sh; conda activate {prefix}; command -v python"
    assert shell(conda, script, "bash") == f"{prefix}/bin/python"


def test_hook(conda, prefix):
    create(conda, prefix, "python")
    script = f'eval "$({conda.program} shell.bash hook)"; conda activate {prefix}; command -v python'
    assert shell(conda, script, "bash") == f"{prefix}/bin/python"


def test_init(conda, prefix):
    rc = conda.home / ".bashrc"
    rc.write_text("alias ll='ls -l'\n")
    assert conda.run("init", "bash").returncode == 0
    template = (ROOT / "roles/anaconda/templates/conda-init.sh.j2").read_text()
    block = template.replace("{{ anaconda_prefix }}", str(base(conda))).replace("{{ shell }}", "bash")
    assert f"# >>> conda initialize >>>\n{block}# <<< conda initialize <<<\n" in rc.read_text()
    rc.unlink()


def test_every_row_has_its_test():
    rows = re.findall(r"^\| ([a-z][a-z-]+) \| ", CONTRACT, re.M)[1:]
    tests = re.findall(r"^def test_(\w+)\(conda", Path(__file__).read_text(), re.M)
    assert [row.replace("-", "_") for row in rows] == tests
