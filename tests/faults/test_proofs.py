"""A seeded sample of each proof (the whole: `make faults`), and that each finds what goes wrong without the fence."""

import os
import subprocess
import sys
from typing import Any

import orjson

from tests.faults.child import ROOT

SEED = os.environ.get("BACKROOM_FAULTS_SEED", "1")
FUNCTIONS = [str(ROOT / "functions" / name) for name in ("plan", "record", "observe")]
SAMPLE = {"lines": 40, "pairs": 14, "undead": 6, "events": 20, "network_40": 3}


def proofs(*arguments: str) -> list[Any]:
    """Run proofs in a process of its own, which may fork as it has no threads."""
    command = [sys.executable, "-m", "tests.faults", *arguments, "--seed", SEED]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(FUNCTIONS)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout, done.stderr
    found: list[Any] = orjson.loads(done.stdout)
    return found


def test_nothing_is_lost_twice_or_torn() -> None:
    found = proofs(*(f"{name}={count}" for name, count in SAMPLE.items()))
    assert [proof["violations"] for proof in found] == [[]] * len(SAMPLE)
    assert all(proof["counts"][proof["counted"]] >= SAMPLE[proof["name"]] for proof in found)


def test_without_fences_the_same_faults_have_effects_twice() -> None:
    for proof in proofs("lines=200", "undead=200", "--careless"):
        assert "counted" in proof["violations"][0]
        assert "was written" in proof["violations"][0]
