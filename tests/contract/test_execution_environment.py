"""What AWX and Automation Platform need: ansible-builder takes our definition and finds in the collection what it must add."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILDER = Path(sys.executable).parent / "ansible-builder"
DEFINITION = ROOT / "docs/execution-environment.yml"


def builder(*words: str | Path) -> str:
    ran = subprocess.run([BUILDER, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_definition_makes_a_build_context(tmp_path: Path) -> None:
    builder("create", "-f", DEFINITION, "-c", tmp_path, "--output-filename", "Containerfile")
    wanted = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text())["collections"]
    assert wanted == [
        {"name": "mlops.workbench"},
        *yaml.safe_load((ROOT / "requirements.yml").read_text())["collections"],
    ]
    base = yaml.safe_load(DEFINITION.read_text())["images"]["base_image"]["name"]
    assert f'ARG EE_BASE_IMAGE="{base}"' in (tmp_path / "Containerfile").read_text()


def test_the_collection_says_what_it_needs_on_the_controller() -> None:
    said = yaml.safe_load(builder("introspect", ROOT / ".ansible/collections"))
    told = {kind: [line.partition("#")[0].strip() for line in lines] for kind, lines in said.items()}
    for kind, file in (("python", "requirements.txt"), ("system", "bindep.txt")):
        lines = (ROOT / "meta" / file).read_text().splitlines()
        assert sorted(told[kind]) == sorted(line for line in lines if line and not line.startswith("#"))
