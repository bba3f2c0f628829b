"""Dependencies: as a whole, index by index (N_TO_N), in order (SEQUENTIAL); a dependent of a failure fails
unattempted."""

import pytest
from backroom_local.batch.core.model import Dependency, RetryPolicy
from backroom_local.batch.core.words import DEPENDENCY_FAILED, DependencyKind, Status
from backroom_local.batch.drivers.virtual import Sample

from tests.unit.batch.sandbox import sandbox


def on(job_id: str, kind: DependencyKind = DependencyKind.WHOLE) -> tuple[Dependency, ...]:
    return (Dependency(kind, job_id),)


N_TO_N = DependencyKind.N_TO_N


@pytest.mark.parametrize(("exit_code", "status"), [(0, Status.SUCCEEDED), (1, Status.FAILED)])
@pytest.mark.parametrize("size", [0, 3])
@pytest.mark.parametrize("late", [False, True], ids=["submitted before its end", "submitted after its end"])
def test_a_whole_job(exit_code: int, status: Status, size: int, late: bool) -> None:
    account = sandbox()
    first = account.submit("first", exits=[exit_code], size=size)
    if late:
        account.run()
    second = account.submit("second", dependencies=on("first"), size=size)
    account.run(until=10 if not late else None)
    assert late or second.status is Status.PENDING
    account.run()
    assert (first.status, second.status) == (status, status)
    begun = [name for name in account.names_started() if name.startswith("second")]
    assert len(begun) == (0 if exit_code else max(1, size))
    assert second.reason == (DEPENDENCY_FAILED if exit_code else second.reason)


def test_n_to_n_lets_each_child_follow_its_own() -> None:
    """Child 0 takes long and child 1 fails: the others do not wait for them."""
    account = sandbox(vcpus=8)
    account.submit("first", size=4)
    account.samples["first"] = lambda job, _: Sample(1000_000 if job.index == 0 else 1000, int(job.index == 1))
    second = account.submit("second", size=4, seconds=1, dependencies=on("first", N_TO_N))
    account.run(until=100)
    assert second.family is not None
    states = [child.status for child in second.family.members]
    assert states == [Status.PENDING, Status.FAILED, Status.SUCCEEDED, Status.SUCCEEDED]
    assert (second.family.members[1].reason, second.family.members[1].attempts) == (DEPENDENCY_FAILED, [])
    account.run()
    assert second.status is Status.FAILED
    assert second.family.counts[Status.SUCCEEDED] == 3


@pytest.mark.parametrize("late", [0, 90, 10_000])
def test_n_to_n_on_an_array_that_is_under_way_or_over(late: float) -> None:
    account = sandbox(vcpus=2)
    account.submit("first", size=4)
    account.samples["first"] = lambda job, _: Sample(60_000, int(job.index == 2))
    account.run(until=late)
    second = account.submit("second", size=4, dependencies=on("first", N_TO_N))
    account.run()
    assert second.family is not None
    assert [child.status is Status.FAILED for child in second.family.members] == [False, False, True, False]


def test_sequential_runs_children_one_after_the_other_and_stops_at_the_first_failure() -> None:
    account = sandbox(vcpus=8)
    job = account.submit("s", size=4, dependencies=(Dependency(DependencyKind.SEQUENTIAL),))
    account.samples["s"] = lambda child, _: Sample(10_000, int(child.index == 2))
    account.run()
    assert account.started == [(0, "s:0"), (10, "s:1"), (20, "s:2")]
    assert job.family is not None
    assert job.family.members[3].reason == DEPENDENCY_FAILED
    assert job.status is Status.FAILED


def test_a_chain_of_ten_thousand_fails_without_recursion() -> None:
    account = sandbox()
    job = account.submit("s", size=10_000, exits=[1], dependencies=(Dependency(DependencyKind.SEQUENTIAL),))
    account.run()
    assert job.family is not None
    assert job.family.counts[Status.FAILED] == 10_000
    assert account.names_started() == ["s:0"]


def test_a_dependent_waits_for_the_last_attempt() -> None:
    account = sandbox()
    account.submit("first", retry=RetryPolicy(3), exits=[1, 1, 0])
    second = account.submit("second", dependencies=on("first"))
    account.run()
    assert second.status is Status.SUCCEEDED
    assert account.started[-1] == (180, "second")


def test_twenty_dependencies() -> None:
    account = sandbox(vcpus=20)
    names = [f"d{index}" for index in range(20)]
    for index, name in enumerate(names):
        account.submit(name, seconds=index)
    last = account.submit("last", dependencies=tuple(Dependency(DependencyKind.WHOLE, name) for name in names))
    account.run()
    assert (last.status, account.started[-1]) == (Status.SUCCEEDED, (19, "last"))
