"""The web console over a twin with runs of 10,000 portions: its pages' time, its updates, and its memory over an hour.

The console runs in this process, the twin in others: time is the wall's as the browser waits, CPU the console's alone.
Prints tables for bench/README.md.

    .venv/bin/python -m bench.console
"""

import gc
import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backroom.recording.facts import Fact, Phase
from backroom.run_keys import portion_key
from backroom.runs import expiry
from backroom.words import RunStatus
from backroom_console.connection import Connection
from backroom_console.target import at_running
from backroom_console.web.app import create
from backroom_console.web.serving import make_site
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin
from starlette.testclient import TestClient

from tests.prepared_runs import Prepared, portions, run_id

ROOT = Path(__file__).resolve().parents[1]
PORTIONS, TENANTS = 10_000, 40
LOOKS = 900
"""Of an hour: one each four seconds."""
CHANGED = 50
"""Portions that change between two looks."""
BEGAN = 1_764_212_400_000
"""Milliseconds since 1970."""
ENDED, GOING, SMALL = run_id(1), run_id(2), run_id(3)


@dataclass(frozen=True)
class Took:
    """What an answer took: seconds by the wall, CPU seconds of the console, bytes, and what it says of calls."""

    wall: float
    cpu: float
    size: int
    calls: str


def asked(client: TestClient, path: str) -> Took:
    """Ask for a page."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = client.get(path)
    took = time.perf_counter() - wall, time.process_time() - cpu
    assert answer.status_code == 200, answer.text
    calls = re.search(r'desc="([^"]+)"', answer.headers.get("server-timing", ""))
    return Took(*took, len(answer.content), calls[1] if calls else "")


def console(twin: Twin) -> TestClient:
    """Give a client of a console that has read nothing yet."""
    target = at_running("backroom", twin.running)
    return TestClient(create(make_site(lambda: Connection(target), False)), base_url="http://localhost")


def running(numbers: Iterable[int], phase: Phase = Phase.RUNNING) -> dict[int, Fact]:
    """Give what events told of portions."""
    ended = 0 if phase is Phase.RUNNING else BEGAN + 100_000
    return {
        number: Fact(1, "", 1, phase, f"{number:08}-0000:0", "spot", BEGAN, BEGAN + 30_000, ended) for number in numbers
    }


def write(table: Any, run: str, facts: dict[int, Fact], ago: float = 0.0) -> None:
    """Write what events told as the observer does, but many at once, and as if some seconds ago."""
    now = datetime.now(UTC) - timedelta(seconds=ago)
    with table.batch_writer() as batch:
        for number, fact in facts.items():
            known = ((of, getattr(fact, of.name)) for of in fields(fact))
            stored = {of.name: value for of, value in known if value != of.default}
            item = {"portion": number, "live": [stored], "version": 1, "expires_at": expiry(now)}
            batch.put_item(Item=portion_key(run, number) | item)


def resident() -> int:
    """Give the console's resident memory in kB."""
    gc.collect()
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)


def prepare(prepared: Prepared) -> None:
    """Make up the runs."""
    prepared.ended(ENDED, list(portions(PORTIONS, TENANTS, 37)), RunStatus.FAILED, "270 of 10,000 portions failed")
    prepared.begun(GOING, list(portions(PORTIONS, TENANTS)))
    write(prepared.table, GOING, running(range(PORTIONS // 2)), ago=60)
    prepared.begun(SMALL, list(portions(PORTIONS // 5, TENANTS)))
    write(prepared.table, SMALL, running(range(PORTIONS // 10)), ago=60)


def row(name: str, took: Took) -> None:
    """Print a row of the table."""
    print(f"| {name} | {took.wall:.2f} | {took.cpu:.3f} | {took.size // 1000} | {took.calls} |", flush=True)


def paint(twin: Twin, prepared: Prepared) -> None:
    """Measure pages and updates."""
    print("| what | s | CPU s | kB | calls |\n|---|---|---|---|---|")
    with console(twin) as client:
        row("list of runs, first", asked(client, "/"))
        row("run that has ended, first", asked(client, f"/runs/{ENDED}"))
        row("the same again", asked(client, f"/runs/{ENDED}"))
        row("its grid", asked(client, f"/runs/{ENDED}/cells"))
        row("its timeline", asked(client, f"/runs/{ENDED}/times"))
        row("its failed portions", asked(client, f"/runs/{ENDED}?state=failed"))
        row("run that goes on, first", asked(client, f"/runs/{GOING}"))
        row("its portions, read after that", asked(client, f"/runs/{GOING}?part=live"))
        # What was slow to read is not read again for ten seconds, nor what was written long before the last look.
        time.sleep(25)
        write(prepared.table, GOING, running(range(CHANGED), Phase.SUCCEEDED))
        row("its update: page", asked(client, f"/runs/{GOING}?part=live"))
        row("its update: grid", asked(client, f"/runs/{GOING}/cells"))


def stream(twin: Twin, prepared: Prepared) -> None:
    """Follow a run as a tab does, for as many looks as an hour has."""
    with console(twin) as client:
        print("\n| looks | resident kB |\n|---|---|")
        for look in range(LOOKS + 1):
            if look % 100 == 0:
                print(f"| {look} | {resident():,} |", flush=True)
            first = look * CHANGED % (PORTIONS // 10)
            phase = Phase.SUCCEEDED if look % 2 else Phase.RUNNING
            if look % 10 == 0:
                write(prepared.table, SMALL, running(range(first, first + CHANGED), phase))
            for part in ("?part=live", "/cells", "/times"):
                asked(client, f"/runs/{SMALL}{part}")


def main() -> None:
    """Print tables for bench/README.md."""
    settings = TwinSettings(template=ROOT / "template.yaml", state_dir=Path(tempfile.mkdtemp()), keep=False)
    with Twin.started(settings) as twin:
        connection = Connection(at_running("backroom", twin.running))
        tables = connection.session.resource("dynamodb", endpoint_url=twin.endpoint_url)
        prepared = Prepared(tables.Table(connection.outputs.runs_table), connection.s3, connection.outputs.bucket)
        prepare(prepared)
        paint(twin, prepared)
        stream(twin, prepared)


if __name__ == "__main__":
    main()
