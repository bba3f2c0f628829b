"""A later wave: each portion by what befell it, in the arrays that it needs, and nothing lost or done twice."""

from typing import Any

import orjson
import pytest
from backroom.manifest.index import unpack
from backroom.planning.left import MOST_BISECTED
from backroom.recording.outcomes import write_outcomes
from backroom.records import AttemptRecord, PortionRecord
from backroom.words import Cause, Outcome

from tests.integration.functions_logic.conftest import DEFINITION, JOB, RUN, World, ended

CHAIN = "fetch; rescale after fetch each; index after rescale all"


def deploy(world: World, stage: str = "", memory: int = 128, **row: str) -> None:
    """Deploy a job definition of the job, or of one of its stages, with other parameters."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": str(memory)}]
    container = DEFINITION["containerProperties"] | {"resourceRequirements": needs}
    changed = {"parameters": DEFINITION["parameters"] | row, "containerProperties": container}
    batch: Any = world.batch.definitions
    name = f"backroom-{JOB}-{stage}" if stage else f"backroom-{JOB}"
    batch.register_job_definition(**(DEFINITION | changed | {"jobDefinitionName": name}))


def position(world: World, portion: int) -> int:
    entries = unpack(world.read(world.layout.index(1)))
    return [entry.portion for entry in entries].index(portion)


def checkpoint(world: World, portion: int, done: list[int], stage: str = "") -> None:
    saved = {"portion": portion, "wave": 1, "attempt": 1, "digest": "d", "done": done}
    folder = f"{stage}/" if stage else ""
    world.put(f"{world.layout.prefix}checkpoints/{folder}{portion:07}.json", orjson.dumps(saved))


def outcomes(world: World, wave: int, *records: PortionRecord) -> None:
    write_outcomes(world.s3, "backroom-runs", world.layout, wave, records)


def failed(line: dict[str, Any], cause: Cause, stage: str = "", wave: int = 1, **more: Any) -> PortionRecord:
    attempts = (AttemptRecord(wave, 1, cause, exit_code=1, stage=stage),)
    items = len(line["items"])
    said = {"stage": stage, "attempts": attempts, "planned": items, "unfinished": items, "tries": line.get("tries", 1)}
    return PortionRecord(line["portion"], line["tenant"], wave, Outcome.FAILED, cause, **(said | more))


def good(line: dict[str, Any], wave: int = 1) -> PortionRecord:
    return PortionRecord(line["portion"], line["tenant"], wave, Outcome.SUCCEEDED, Cause.OK)


def waiting(line: dict[str, Any], wave: int = 1) -> PortionRecord:
    """What is recorded of a combining portion that others' failures kept from beginning."""
    more: Any = {"stage": line["only"], "only": line["only"], "tries": line.get("tries", 1)}
    return PortionRecord(line["portion"], line["tenant"], wave, Outcome.FAILED, Cause.PLATFORM, **more)


def brief(planned: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Give stage, queue, memory, size and what is waited for, of each array."""
    names = [stage["name"] for stage in planned["stages"]]
    return [
        (names[one["stage"]], one["queue"], one["memory"], one["size"], [after["array"] for after in one["after"]])
        for one in planned["arrays"]
    ]


def test_each_portion_is_planned_by_why_it_failed_and_equal_ones_share_an_array(world: World) -> None:
    deploy(world, portion_items="4", waves="3", memory_cap="200", bisect="true", backoff_seconds="20")
    world.tenant("acme", 24)
    planned = world.plan()
    lines = world.manifest()
    checkpoint(world, 3, [1, 2])
    checkpoint(world, 4, [0])
    endings = [ended(None, "Host EC2 (i-1) terminated."), ended(137), ended(75), ended(139)]
    endings[1]["container"]["reason"] = "OutOfMemoryError: Container killed due to memory usage"
    endings += [ended(None, "Job attempt duration exceeded timeout"), ended(65)]
    world.batch.children = {position(world, number): ending for number, ending in enumerate(endings)}
    assert world.record(planned).again
    second = world.plan(wave=2, again=True)
    again = {line["portion"]: line for line in world.manifest(2)}
    assert again.pop(0) == lines[0] | {"tries": 2, "queue": "on_demand"}
    assert again.pop(1) == lines[1] | {"tries": 2, "memory": 200}
    assert again.pop(2) == lines[2] | {"tries": 2}
    items = lines[3]["items"] + lines[4]["items"]
    parts = {number: (part["items"], part["forebears"], part.get("tries", 1)) for number, part in again.items()}
    assert parts == {
        6: (items[0:1], [3], 1),
        7: (items[3:4], [3], 1),
        8: (items[5:7], [4], 2),
        9: (items[7:8], [4], 2),
    }
    assert [again[number]["origin"]["why"] for number in sorted(again)] == ["poison"] * 2 + ["timeout"] * 2
    assert brief(second) == [
        ("", "on_demand", None, 1, []),
        ("", "spot", 200, 1, []),
        ("", "spot", None, 5, []),
    ]
    assert second["backoff"] == 20
    assert world.plan(wave=2, again=True) == second


def test_parts_get_numbers_that_no_portion_has_had(world: World) -> None:
    deploy(world, portion_items="4", bisect="true")
    world.tenant("acme", 8)
    world.plan()
    outcomes(world, 1, *(failed(line, Cause.APP_PERMANENT) for line in world.manifest()))
    world.plan(wave=2)
    second = world.manifest(2)
    assert [(line["portion"], len(line["items"])) for line in second] == [(2, 2), (3, 2), (4, 2), (5, 2)]
    outcomes(world, 2, *(failed(line, Cause.APP_PERMANENT, wave=2) for line in second[:1]), good(second[1], 2))
    world.plan(wave=3)
    assert [(line["portion"], line["forebears"]) for line in world.manifest(3)] == [(6, [2, 0]), (7, [2, 0])]


def test_where_all_crash_it_is_not_for_single_items_and_only_so_many_are_halved(world: World) -> None:
    deploy(world, portion_items="2", bisect="true")
    world.tenant("acme", 2 * MOST_BISECTED + 4)
    world.plan()
    outcomes(world, 1, *(failed(line, Cause.APP_PERMANENT) for line in world.manifest()))
    assert world.plan(wave=2)["portions"] == 2 * MOST_BISECTED


def chain(world: World, **row: str) -> list[dict[str, Any]]:
    """Plan a job of three stages for two tenants; gives the lines."""
    deploy(world, memory=256, stages=CHAIN, waves="3", **row)
    deploy(world, "rescale", memory=512)
    deploy(world, "index", memory=1024)
    world.tenant("acme", 3)
    world.tenant("solo", 1)
    world.plan()
    return world.manifest()


def test_a_chain_is_planned_with_a_portion_for_each_tenant_that_combines_its_others(world: World) -> None:
    lines = chain(world)
    planned = world.plan()
    assert [stage["definition"].split("/")[1] for stage in planned["stages"]] == [
        f"backroom-{JOB}:2", f"backroom-{JOB}-rescale:1", f"backroom-{JOB}-index:1",
    ]  # fmt: skip
    parts: dict[str, list[int]] = {"acme": [], "solo": []}
    for line in lines[:3]:
        parts[line["tenant"]].append(line["portion"])
    combining = {line["tenant"]: line for line in lines[3:]}
    assert {tenant: line["parts"] for tenant, line in combining.items()} == parts
    assert all((line["only"], line["stage"], line["items"]) == ("index", "index", []) for line in lines[3:])
    assert brief(planned) == [
        ("fetch", "spot", None, 3, []),
        ("rescale", "spot", None, 3, [0]),
        ("index", "spot", None, 2, [1]),
    ]
    assert [array["last"] for array in planned["arrays"]] == [False, False, True]
    assert (planned["portions"], world.plan(dry_run=True, run=None)["portions"]) == (5, 5)


def test_a_portion_goes_on_from_its_stage_and_only_its_own_tenants_combining_portion_waits(world: World) -> None:
    lines = chain(world, memory_cap="4000")
    acme = [line for line in lines if line["tenant"] == "acme"]
    others = [line for line in lines if line["tenant"] == "solo"]
    bad = failed(acme[0], Cause.OUT_OF_MEMORY, "rescale")
    records = [bad, good(acme[1]), waiting(acme[2]), good(others[0]), waiting(others[1])]
    outcomes(world, 1, *sorted(records, key=lambda record: record.portion))
    second = world.plan(wave=2)
    assert brief(second) == [
        ("rescale", "spot", 1024, 1, []),
        ("index", "spot", None, 1, [0]),
        ("index", "spot", None, 1, []),
    ]
    again = world.manifest(2)
    assert [line.get("waits", True) for line in again if "only" in line] == [True, False]
    assert [line.get("tries", 1) for line in again] == [2, 1, 1]


def test_parts_replace_what_was_split_for_who_combines_and_finished_items_go_on_to_the_next_stage(
    world: World,
) -> None:
    lines = chain(world, portion_items="9")
    acme = next(line for line in lines if line["tenant"] == "acme")
    others = [line for line in lines if line["tenant"] == "solo"]
    checkpoint(world, acme["portion"], [1], "rescale")
    combining = next(line for line in lines if line["tenant"] == "acme" and "only" in line)
    slow = failed(acme, Cause.TIMEOUT, "rescale", unfinished=2)
    records = [slow, waiting(combining), good(others[0]), good(others[1])]
    outcomes(world, 1, *sorted(records, key=lambda record: record.portion))
    world.plan(wave=2)
    *parts, index = world.manifest(2)
    ids = [item[0] for item in acme["items"]]
    assert [[item[0] for item in part["items"]] for part in parts] == [[ids[0]], [ids[2]], [ids[1]]]
    assert all(part["stage"] == "rescale" for part in parts)
    assert index["parts"] == [part["portion"] for part in parts]


@pytest.mark.parametrize("cause", [Cause.APP_PERMANENT, Cause.CANCELLED])
def test_who_combines_what_will_never_be_is_not_tried(world: World, cause: Cause) -> None:
    lines = chain(world)
    records = [waiting(line) if "only" in line else good(line) for line in lines]
    victim = next(line for line in lines if line["tenant"] == "acme")
    records[victim["portion"]] = failed(victim, cause, "fetch")
    outcomes(world, 1, *records)
    world.plan(wave=2)
    assert [(line["tenant"], line["only"]) for line in world.manifest(2)] == [("solo", "index")]


def test_a_tenants_own_limits_hold_for_all_waves(world: World) -> None:
    deploy(world, waves="1")
    own = {"waves": 3, "portion_items": 1, "item_tolerance": "0.5"}
    world.tenant("acme", 2, limits={JOB: own})
    world.tenant("solo", 1)
    world.plan()
    lines = world.manifest()
    assert [(line["tenant"], line.get("limits")) for line in sorted(lines, key=lambda line: str(line["tenant"]))] == [
        ("acme", {"item_tolerance": 0.5}), ("acme", {"item_tolerance": 0.5}), ("solo", None),
    ]  # fmt: skip
    outcomes(world, 1, *(failed(line, Cause.APP_RETRYABLE) for line in lines))
    world.tenants.update_item(Key={"tenant": "acme"}, UpdateExpression="REMOVE limits")
    assert world.plan(wave=2)["portions"] == 2
    outcomes(world, 2, *(failed(line, Cause.APP_RETRYABLE, wave=2) for line in world.manifest(2)))
    assert world.plan(wave=3)["portions"] == 2
    stored = orjson.loads(world.read(world.layout.plan(3)))
    assert [tenant["limits"]["waves"] for tenant in stored["tenants"]] == [3]


def test_an_item_that_crashes_its_container_is_found_and_named_and_all_others_are_done(world: World) -> None:
    deploy(world, portion_items="4", waves="1", bisect="true")
    world.tenant("acme", 8)
    answer, planned, wave, crashed = None, world.plan(), 1, []
    while answer is None or answer.again:
        if wave > 1:
            planned = world.plan(wave=wave)
        bad, *others = sorted(
            world.manifest(wave), key=lambda line: "002.jpg" not in [item[0] for item in line["items"]]
        )
        for line in others:
            world.result(line, wave)
        crashed.append(bad["portion"])
        entries = unpack(world.read(world.layout.index(wave)))
        world.batch.children = {[entry.portion for entry in entries].index(bad["portion"]): ended(139)}
        answer = world.record(planned)
        wave += 1
    records = {record.portion: record for record in world.deployment.runs.portions(RUN)}
    last = records.pop(crashed[-1])
    assert wave - 1 == 3
    assert last.message == "poison: item '002.jpg' fails it: exit code 139"
    assert [records[parent].split_into for parent in crashed[:-1]] == [(2, 3), (4, 5)]
    assert {record.outcome for record in records.values()} == {Outcome.SKIPPED, Outcome.SUCCEEDED}
    assert len(world.ledger("acme")) == 1 + 7
