"""A later wave: each portion by what befell it, in the arrays that it needs, and nothing lost or done twice."""

import orjson
from backroom.manifest.index import unpack
from backroom.planning.left import MOST_BISECTED
from backroom.words import Cause, Outcome, RunStatus

from tests.integration.functions_logic.conftest import JOB, RUN, World, ended
from tests.integration.functions_logic.waves import brief, checkpoint, deploy, failed, good, outcomes, position


def test_another_wave_does_what_is_left_by_its_old_numbers_and_the_run_ends_well(world: World) -> None:
    world.tenant("acme", 5)
    planned = world.plan()
    portions = world.manifest()
    world.result(portions[1])
    world.batch.children = {
        position(world, 0): ended(75),
        position(world, 2): ended(None, "Host EC2 (i-1) terminated."),
    }
    assert world.record(planned).again
    second = world.plan(wave=2, again=True)
    assert (second["portions"], second["wave"], second["definition"]) == (2, 2, planned["definition"])
    assert world.manifest(wave=2) == [
        portions[0] | {"tries": 2},
        portions[2] | {"tries": 2, "queue": "on_demand"},
    ]
    for portion in world.manifest(wave=2):
        world.result(portion, wave=2)
    answer = world.record(second)
    assert (answer.status, answer.again, answer.counts) == (RunStatus.SUCCEEDED, False, {Outcome.SUCCEEDED: 3})
    first = world.deployment.runs.portion(RUN, 0)
    assert first is not None
    assert [(attempt.wave, attempt.cause) for attempt in first.attempts] == [(1, Cause.APP_RETRYABLE), (2, Cause.OK)]
    run = world.deployment.runs.get(RUN)
    assert (run.status, run.wave, run.portions, run.items.succeeded) == (RunStatus.SUCCEEDED, 2, 3, 5)
    assert len(world.ledger("acme")) == 1 + 5


def test_each_portion_is_planned_by_why_it_failed_and_equal_ones_share_an_array(world: World) -> None:
    deploy(world, portion_items="4", waves="3", memory_cap="200", bisect="true", backoff_seconds="20")
    world.tenant("acme", 24)
    planned = world.plan()
    lines = world.manifest()
    checkpoint(world, 3, [1, 2])
    checkpoint(world, 4, [0])
    endings = [ended(None, "Host EC2 (i-1) terminated."), ended(137, "OutOfMemoryError: killed"), ended(75)]
    endings += [ended(139), ended(None, "Job attempt duration exceeded timeout"), ended(65)]
    world.batch.children = {position(world, number): ending for number, ending in enumerate(endings)}
    assert world.record(planned).again
    second = world.plan(wave=2, again=True)
    again = {line["portion"]: line for line in world.manifest(2)}
    assert again.pop(0) == lines[0] | {"tries": 2, "queue": "on_demand"}
    assert again.pop(1) == lines[1] | {"tries": 2, "memory": 200}
    assert again.pop(2) == lines[2] | {"tries": 2}
    items = lines[3]["items"] + lines[4]["items"]
    parts = {number: (part["items"], part["forebears"], part.get("tries", 1)) for number, part in again.items()}
    assert (parts[6], parts[7]) == ((items[0:1], [3], 1), (items[3:4], [3], 1))
    assert (parts[8], parts[9]) == ((items[5:7], [4], 2), (items[7:8], [4], 2))
    assert [again[number]["origin"]["why"] for number in sorted(again)] == ["poison"] * 2 + ["timeout"] * 2
    arrays = [("on_demand", None, 1), ("spot", 200, 1), ("spot", None, 5)]
    assert brief(second) == [("", *array, []) for array in arrays]
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
