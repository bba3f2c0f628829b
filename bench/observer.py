"""What watching a run costs the twin: CPU of its processes with the observer and without.

.venv/bin/python -m bench.observer
"""

import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.twin import cpu
from tests.e2e.stage import Stage
from tests.e2e.test_ends import silenced

RUNS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("1,000 portions that do nothing", "swarm", {"count": 1_000}),
    ("150 portions of a worker", "probe", {"count": 150}),
)
RULE = "backroom-batch-states"


def watched(stage: Stage) -> bool:
    """Say whether all events have been written down."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = stage.twin.client("sqs")
    url = sqs.get_queue_url(QueueName="backroom-events")["QueueUrl"]
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return not any(int(left[name]) for name in names)


def measure(stage: Stage, job: str, params: dict[str, Any], observe: bool) -> tuple[float, float]:
    """Run a job; gives its seconds, and the CPU seconds until nothing is left to be written down."""
    begun, before = time.monotonic(), cpu(stage.twin.running.pid)
    with nullcontext() if observe else silenced(stage, RULE):
        stage.run(job, tenants=[stage.tenant()], params=params, timeout=900)
        seconds = time.monotonic() - begun
    while not watched(stage):
        time.sleep(0.2)
    return seconds, cpu(stage.twin.running.pid) - before


def main() -> None:
    """Print a table for bench/README.md."""
    print("| run | observer | s | CPU s |\n|---|---|---|---|")
    with Stage.set_up(Path(tempfile.mkdtemp())) as stage:
        for job in ("swarm", "probe"):
            measure(stage, job, {"count": 10}, observe=True)
        for name, job, params in RUNS:
            for observe in (False, True):
                seconds, spent = measure(stage, job, params, observe)
                print(f"| {name} | {'on' if observe else 'off'} | {seconds:.0f} | {spent:.1f} |", flush=True)


if __name__ == "__main__":
    main()
