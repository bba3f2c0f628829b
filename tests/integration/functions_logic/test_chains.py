"""Jobs of several stages, planned: chains, portions that combine others, and what later waves make of them."""

from typing import Any

import pytest
from backroom.words import Cause

from tests.integration.functions_logic.conftest import JOB, RUN, World
from tests.integration.functions_logic.waves import brief, checkpoint, deploy, failed, good, outcomes, waiting

CHAIN = "fetch; rescale after fetch each; index after rescale all"


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
    first, *combining = brief(second)
    assert first == ("rescale", "spot", 1024, 1, [])
    assert sorted(combining) == [("index", "spot", None, 1, []), ("index", "spot", None, 1, [0])]
    again = world.manifest(2)
    assert {line["tenant"]: line.get("waits", True) for line in again if "only" in line} == {
        "acme": True,
        "solo": False,
    }
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
    assert index["cut"] == [[part["portion"], [acme["portion"]]] for part in parts]


@pytest.mark.parametrize("cause", [Cause.APP_PERMANENT, Cause.CANCELLED])
def test_who_combines_what_will_never_be_is_not_tried(world: World, cause: Cause) -> None:
    lines = chain(world)
    records = [waiting(line) if "only" in line else good(line) for line in lines]
    victim = next(line for line in lines if line["tenant"] == "acme")
    records[victim["portion"]] = failed(victim, cause, "fetch")
    outcomes(world, 1, *records)
    world.plan(wave=2)
    assert [(line["tenant"], line["only"]) for line in world.manifest(2)] == [("solo", "index")]


def test_a_resumed_chain_goes_on_where_it_stopped_and_combining_stages_wait_for_each_other(world: World) -> None:
    deploy(world, stages="fetch; index after fetch all; publish after index all", overlap="allow")
    deploy(world, "index")
    deploy(world, "publish")
    world.tenant("acme", 1)
    world.tenant("solo", 1)
    world.plan()
    lines = {(line["tenant"], line.get("only")): line for line in world.manifest()}
    bad = failed(lines["acme", None], Cause.APP_PERMANENT, "fetch")
    records = [bad, good(lines["solo", None]), *(waiting(line) for (_, only), line in lines.items() if only)]
    outcomes(world, 1, *sorted(records, key=lambda record: record.portion))
    world.record({"run": RUN, "wave": 1, "arrays": []}, ended="FAILED")
    second = RUN.replace("0a1b", "0a1c")
    resumed = world.plan(run=second, resume=RUN)
    again = {(line["tenant"], line.get("only")): line for line in world.manifest(run=second)}
    assert again.keys() == lines.keys() - {("solo", None)}
    assert all((line["homes"], line["portion"]) == ([RUN], lines[key]["portion"]) for key, line in again.items())
    assert {key: line.get("waits", True) for key, line in again.items() if key[1]} == {
        ("acme", "index"): True, ("acme", "publish"): True, ("solo", "index"): False, ("solo", "publish"): True,
    }  # fmt: skip
    fetch, *others = brief(resumed)
    assert fetch == ("fetch", "spot", None, 1, [])
    assert sorted((name, size, waits) for name, _, _, size, waits in others) == [
        ("index", 1, []), ("index", 1, [0]), ("publish", 2, [1, 2]),
    ]  # fmt: skip
