"""Jobs of several stages: an outcome for each, what never began is skipped, and only what is left is done again."""

from typing import Any

import orjson
import pytest
from backroom.layout import RunLayout
from backroom.recording.request import RecordAnswer
from backroom.records import PortionRecord
from backroom.words import Capacity, Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World, ended, report

STAGES = "fetch; images after fetch each; index after images all"
WAITED = {"status": "FAILED", "statusReason": "Dependent Job failed", "container": {}, "attempts": []}


@pytest.fixture
def chain(world: World) -> World:
    """Two tenants with a portion each, in a job of three stages; the last combines a tenant's portions."""
    parameters = DEFINITION["parameters"] | {"stages": STAGES, "waves": "3", "bisect": "true"}
    for name in (f"backroom-{JOB}", f"backroom-{JOB}-images", f"backroom-{JOB}-index"):
        world.batch.definitions.register_job_definition(
            **DEFINITION | {"jobDefinitionName": name, "parameters": parameters}
        )
    for tenant in ("acme", "solo"):
        world.tenant(tenant, 2)
    return world


def succeed(world: World, stage: str, *portions: int, wave: int = 1) -> None:
    lines = {line["portion"]: line for line in world.manifest(wave)}
    for portion in portions:
        said = report(lines[portion], wave)
        world.put(RunLayout(JOB, RUN, stage).result(portion), orjson.dumps(said))


def place(world: World, portion: int, wave: int = 1) -> int:
    """Give the entry of a wave's index that is of a portion."""
    index = world.read(world.layout.index(wave))
    numbers = [int.from_bytes(index[at + 12 : at + 16], "little") for at in range(0, len(index), 16)]
    return numbers.index(portion)


def arrays(planned: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell of the plan's arrays as the machine does; each is named by its stage."""
    told = []
    for array in planned["arrays"]:
        stage = planned["stages"][array["stage"]]["name"]
        known = {name: array[name] for name in ("offset", "size", "queue", "memory")}
        told.append(known | {"stage": stage, "batch_job_id": f"{stage}-{array['offset']}", "status": "FAILED"})
    return told


def records(world: World) -> dict[int, PortionRecord]:
    return {record.portion: record for record in world.deployment.runs.portions(RUN)}


def ends(record: PortionRecord) -> dict[str, Outcome]:
    return {name: stage.outcome for name, stage in record.stages.items()}


def reclaimed(chain: World) -> RecordAnswer:
    """Record a wave in which portion 1 lost its host in the second stage, so that the combining ones never began."""
    planned = chain.plan()
    succeed(chain, "fetch", 0, 1)
    succeed(chain, "images", 0)
    chain.batch.arrays = {
        "images-0": {place(chain, 1): ended(None, "Host EC2 (i-1) terminated.")},
        "index-2": {0: WAITED, 1: WAITED},
    }
    return chain.record(planned, arrays=arrays(planned))


def test_a_chain_is_recorded_by_its_stages(chain: World) -> None:
    answer = reclaimed(chain)
    assert (answer.status, answer.again) == (RunStatus.FAILED, True)
    found = records(chain)
    assert (found[0].outcome, found[0].stage) == (Outcome.SUCCEEDED, "images")
    assert (found[1].outcome, found[1].cause, found[1].stage) == (Outcome.FAILED, Cause.SPOT_RECLAIM, "images")
    assert ends(found[1]) == {"fetch": Outcome.SUCCEEDED, "images": Outcome.FAILED}
    assert [found[number].outcome for number in (2, 3)] == [Outcome.SKIPPED] * 2
    assert "not started" in found[2].message
    assert chain.batch.calls.count("describe 1") == 1


def test_a_chain_goes_on_from_where_it_stopped(chain: World) -> None:
    reclaimed(chain)
    second = chain.plan(wave=2, again=True)
    left = {line["portion"]: line for line in chain.manifest(2)}
    assert {number: (line["stage"], line.get("queue")) for number, line in left.items()} == {
        1: ("images", "on_demand"),
        2: ("index", None),
        3: ("index", None),
    }
    succeed(chain, "images", 1, wave=2)
    succeed(chain, "index", 2, 3, wave=2)
    done = chain.record(second, arrays=arrays(second))
    assert (done.status, done.again, done.counts) == (RunStatus.SUCCEEDED, False, {Outcome.SUCCEEDED: 4})
    again = records(chain)[1]
    assert ends(again) == {"fetch": Outcome.SUCCEEDED, "images": Outcome.SUCCEEDED}
    assert [(one.wave, one.stage, one.capacity) for one in again.attempts] == [
        (1, "fetch", Capacity.SPOT),
        (1, "images", Capacity.SPOT),
        (2, "images", Capacity.ON_DEMAND),
    ]
    assert again.seconds == 3.0
    assert chain.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == 0


def test_what_fails_in_the_first_stage_skips_the_others_and_nothing_of_it_counts_as_done(chain: World) -> None:
    planned = chain.plan()
    succeed(chain, "fetch", 0)
    succeed(chain, "images", 0)
    chain.batch.arrays = {
        "fetch-0": {place(chain, 1): ended(65)},
        "images-0": {place(chain, 1): WAITED},
        "index-2": {0: WAITED, 1: WAITED},
    }
    chain.record(planned, arrays=arrays(planned))
    bad = records(chain)[1]
    assert (bad.outcome, bad.stage, bad.stages["images"].message) == (
        Outcome.FAILED,
        "fetch",
        "not started: fetch before it did not succeed",
    )
    for stage in ("fetch", "images"):
        saved = orjson.loads(chain.read(RunLayout(JOB, RUN, stage).checkpoint(1)))
        assert saved["state"] == "failed"
    second = chain.plan(wave=2, again=True)
    tenants = [line["tenant"] for line in chain.manifest(2)]
    assert tenants == [records(chain)[0].tenant]
    succeed(chain, "index", chain.manifest(2)[0]["portion"], wave=2)
    final = chain.record(second, arrays=arrays(second))
    assert (final.status, final.again) == (RunStatus.FAILED, False)
    assert final.counts == {Outcome.SUCCEEDED: 2, Outcome.FAILED: 1, Outcome.SKIPPED: 1}
    assert final.message.startswith("2 of 4 portions failed: 1 app_permanent, 1 skipped (first: portion 1")
    assert chain.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == 2


def test_what_was_halved_is_recorded_as_split_and_its_parts_make_the_run_whole(chain: World) -> None:
    planned = chain.plan()
    succeed(chain, "fetch", 0, 1)
    succeed(chain, "images", 0)
    chain.batch.arrays = {
        "images-0": {place(chain, 1): ended(70)},
        "index-2": {0: WAITED, 1: WAITED},
    }
    assert chain.record(planned, arrays=arrays(planned)).again
    second = chain.plan(wave=2, again=True)
    parts = [line["portion"] for line in chain.manifest(2) if line.get("origin")]
    assert parts == [4, 5]
    succeed(chain, "images", *parts, wave=2)
    succeed(chain, "index", 2, 3, wave=2)
    done = chain.record(second, arrays=arrays(second))
    assert (done.status, done.counts) == (RunStatus.SUCCEEDED, {Outcome.SUCCEEDED: 5, Outcome.SKIPPED: 1})
    found = records(chain)
    assert (found[1].outcome, found[1].split_into, found[1].message) == (Outcome.SKIPPED, (4, 5), "split into 4, 5")
    assert [(found[part].split_from, found[part].why) for part in parts] == [(1, "poison")] * 2
    assert done.message == "5 portions succeeded: 4 items done, 0 failed"
    assert chain.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == 0


def test_items_count_as_done_once_what_combines_them_is_done(chain: World) -> None:
    planned = chain.plan()
    for stage in ("fetch", "images"):
        succeed(chain, stage, 0, 1)
    tenants = [line["tenant"] for line in chain.manifest()]
    succeed(chain, "index", 2)
    chain.batch.arrays = {"index-2": {place(chain, 3) - place(chain, 2): ended(75)}}
    assert chain.record(planned, arrays=arrays(planned)).again
    (left,) = [
        t for t in chain.plan(run="image_resize-20261128T030000Z-0a1b", dry_run=True)["tenants"] if t["portions"]
    ]
    assert (left["tenant"], left["items"]) == (tenants[3], 2)
    second = chain.plan(wave=2, again=True)
    succeed(chain, "index", 3, wave=2)
    assert chain.record(second, arrays=arrays(second)).status is RunStatus.SUCCEEDED
    assert chain.plan(run="image_resize-20261128T030000Z-0a1b")["items"] == 0
