# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications on somebody else's language model: what makes one, and how its criteria are read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, shipped, status

ABOUT_TRAINING = {name for name, one in shipped().criteria.items() if one.get("about_training")}
ASK = """
    from fastapi import FastAPI
    from openai import OpenAI
    app = FastAPI()

    @app.post("/ask")
    def ask(question):
        return OpenAI().responses.create(model="m", input=question).output_text
"""
IMAGE = 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'
NODE = "import express from 'express'\nimport OpenAI from '%s'\nexpress().post('/ask', () => new OpenAI())\n"
TUNE = "from trl import SFTTrainer\nif __name__ == '__main__':\n    SFTTrainer().train()\n"
COMPOSE = "services:\n  llm:\n    image: %s\n    command: --model a/b\n"
CHANGE = "on: [pull_request]\njobs:\n  e:\n    steps:\n      - run: %s\n"
COMPARE = """
    import json
    import sys

    def main():
        stored = json.load(open("stored.json"))
        now = json.load(open("now.json"))
        %s

    if __name__ == "__main__":
        sys.exit(main())
"""
WON = "baseline = stored['faithfulness']\n        if now['faithfulness'] < baseline - 0.02:\n            return 1"
DROP = "delta = now['faithfulness'] - stored['faithfulness']\n        return delta < -0.02"
FLOOR = "if now['faithfulness'] < 0.8:\n            return 1"
PROMPTS = "prompts: [p.txt]\nproviders: [openai:chat:m]\ntests: []\n"

KINDS = {
    "a client of a hosted model": ({"app.py": ASK}, True, True),
    "a local model for the embeddings beside it": (
        {"app.py": ASK + "    from sentence_transformers import SentenceTransformer\n"}, True, True),
    "one that fine-tunes": ({"app.py": ASK, "tune.py": TUNE}, True, False),
    "one that trains another model": ({"app.py": ASK, "train.py": TRAIN}, True, False),
    "a client in an example": ({"train.py": TRAIN, "examples/ask.py": ASK}, False, False),
    "a Node application": ({"src/app.js": NODE % "openai", "package.json": "{}"}, True, True),
    "a TypeScript application that asks by address": (
        {"src/llm.ts": "export const ask = () => fetch('https://api.groq.com/openai/v1/chat/completions')\n"}, True, True),
    "a module of its own by that name": ({"src/app.js": NODE % "./openai"}, False, None),
    "a bundle": ({"dist/app.js": NODE % "openai", "app.py": "import flask\n"}, False, None),
    "a package that is only listed": ({"app.py": "import flask\n", "package.json": '{"dependencies": {"openai": "4"}}'}, False, None),
    "a server of a language model": ({"compose.yml": COMPOSE % "vllm/vllm-openai:v0.8.0"}, True, True),
    "another server": ({"compose.yml": COMPOSE % "postgres:16"}, False, None),
    "Amazon's models": (
        {"app.py": "import boto3\ndef ask(q):\n    return boto3.client('bedrock-runtime').converse(modelId='m', messages=[q])\n"}, True, True),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "llm", "foreign"), KINDS.values(), ids=KINDS)
def test_what_makes_an_application_on_a_language_model(tmp_path, tree, llm, foreign):
    result = judged(tmp_path, tree)
    inapplicable = {item["id"] for item in result["criteria"] if item["status"] == "not_applicable"}
    assert ("llm_application" in result["project"]["kind"]) is llm
    if foreign is None:
        assert result["reason"] == "no_ml_found"
    else:
        assert result["level"] is not None
        assert inapplicable == (ABOUT_TRAINING if foreign else set())


CASES = {
    "evaluation of prompts in CI": ("ci", "met", {".github/workflows/e.yml": CHANGE % "npx promptfoo@latest eval -c p.yaml", "p.yaml": PROMPTS}),
    "evaluation of prompts that are not there": ("ci", "not_met", {".github/workflows/e.yml": CHANGE % "npx promptfoo@latest eval -c p.yaml"}),
    "evaluation by the default file": (
        "ci", "met", {".github/workflows/e.yml": CHANGE % "npx promptfoo eval", "promptfooconfig.yaml": PROMPTS}),
    "scores below the stored ones fail the change": (
        "ab_testing", "met", {".github/workflows/e.yml": CHANGE % "python compare.py", "compare.py": COMPARE % WON}),
    "scores below a fixed floor fail it": (
        "ab_testing", "not_met", {".github/workflows/e.yml": CHANGE % "python compare.py", "compare.py": COMPARE % FLOOR}),
    "a difference to the stored results": (
        "ab_testing", "met",
        {".github/workflows/e.yml": CHANGE % "python compare.py --baseline a.json", "compare.py": COMPARE % DROP}),
    "a difference to something else": (
        "ab_testing", "not_met", {".github/workflows/e.yml": CHANGE % "python compare.py", "compare.py": COMPARE % DROP}),
    "a comparison that CI does not run": ("ab_testing", "not_met", {"compare.py": COMPARE % WON}),
    "callbacks of LiteLLM": ("operational_metrics", "met", {"tell.py": "import litellm\nlitellm.success_callback = ['prometheus']\n"}),
    "another setting of LiteLLM": ("operational_metrics", "not_met", {"tell.py": "import litellm\nlitellm.drop_params = True\n"}),
    "metrics in Node": ("operational_metrics", "met", {"web/m.ts": "import client from 'prom-client'\n"}),
    "traces in Node": ("operational_metrics", "met", {"web/m.ts": "import { Langfuse } from 'langfuse'\n"}),
    "an image": ("low_friction_deployment", "met", {"Dockerfile": IMAGE}),
    "no image": ("low_friction_deployment", "partial", {}),
    "a flow that only builds the index": (
        "orchestration", "not_applicable", {"index.py": "from prefect import flow\n@flow\ndef build():\n    pass\nif __name__ == '__main__':\n    build()\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_criteria(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"app.py": ASK, **tree})
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)


def test_its_next_steps_speak_of_prompts_and_answers_and_never_of_training(tmp_path):
    tree = {"app.py": ASK, "Dockerfile": IMAGE, ".github/workflows/e.yml": CHANGE % "pytest"}
    result = judged(tmp_path, {**tree, "requirements.txt": "openai==1\nfastapi==0\n"})
    texts = " ".join(item["remedy"]["text"] for item in result["criteria"] if item["status"] == "not_met")
    assert "prompts" in texts and "answers in production" in texts
    assert "train" not in texts
    assert all(path != "{llm}" for step in result["next_steps"] for path in step["files"])


def test_what_was_not_read_may_train(tmp_path):
    result = judged(tmp_path, {"app.py": ASK, "tune.py": "def (\n"})
    assert status(result, "training_pipeline") == "unknown"
