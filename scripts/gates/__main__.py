"""Runs every gate, two at a time, and says which have something to say."""

import json
import logging
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.gates.gates import Gate, gates
from scripts.rendering import render

BILLS = Path(".aws-sam/bills")
"""Where the bills of materials of what is shipped are left."""
VARIANTS = {
    "given_network": {"EncryptionKey": "stack"},
    "own_network": {"EncryptionKey": "stack", "Subnets": "", "SecurityGroup": "", "Egress": "nat"},
}
"""Parameters of the template as it is judged; with AWS's own keys checkov would miss keys that one can choose."""
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a gate: whether it is content, all that it said, and the seconds that it took."""

    gate: Gate
    content: bool
    said: str
    seconds: float


def judge(gate: Gate) -> Judgement:
    """Run a gate's command in the current folder."""
    began = time.monotonic()
    try:
        done = subprocess.run(gate.command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return Judgement(gate, content=False, said=f"{error}: run it by `make gates`, which sets it up", seconds=0)
    return Judgement(gate, done.returncode == 0, done.stdout + done.stderr, time.monotonic() - began)


def rendered(folder: Path) -> list[Path]:
    """Write the template as CloudFormation would create it into a folder, once for each variant of its parameters."""
    files = {folder / f"{name}.json": render(**parameters) for name, parameters in VARIANTS.items()}
    for file, template in files.items():
        file.write_text(json.dumps({"Resources": dict(template.resources)}, default=str))
    return list(files)


def main() -> int:
    """Print a line a gate, and below them what those said that are not content."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns that nobody publishes its metrics
    BILLS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        judgements = list(pool.map(judge, gates(rendered(Path(folder)), BILLS)))
    for each in judgements:
        print(f"{'ok' if each.content else 'NO':3} {each.seconds:5.1f} s  {each.gate.name}")
    refused = [each for each in judgements if not each.content]
    for each in refused:
        print(f"\n== {each.gate.name}: {' '.join(each.gate.command)}\n{each.said}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
