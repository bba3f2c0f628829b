"""What a later wave says of a portion stays, whoever comes late."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from backroom.records import PortionRecord
from backroom.words import Cause, Outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.functions_logic.conftest import RUN, World


def failed(portion: int, wave: int) -> PortionRecord:
    return PortionRecord(portion, "acme", wave, Outcome.FAILED, Cause.APP_RETRYABLE, f"wave {wave}")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.sets(st.integers(0, 5), min_size=1)), min_size=1, max_size=6))
def test_records_that_come_late_or_again_leave_the_latest_there(
    world: World, writes: list[tuple[int, set[int]]]
) -> None:
    for item in world.runs.scan()["Items"]:
        world.runs.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    for wave, portions in writes:
        world.deployment.runs.put_portions(RUN, [failed(number, wave) for number in sorted(portions)], world.now)
    latest: dict[int, int] = {}
    for wave, portions in writes:
        latest |= {number: max(wave, latest.get(number, 0)) for number in portions}
    assert {record.portion: record.wave for record in world.deployment.runs.portions(RUN)} == latest


def test_writers_of_many_portions_at_the_same_time_leave_the_latest_wave(world: World) -> None:
    def write(wave: int) -> Any:
        return world.deployment.runs.put_portions(RUN, [failed(number, wave) for number in range(80)], world.now)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, [2, 3, 1]))
    assert {record.wave for record in world.deployment.runs.portions(RUN)} == {3}
