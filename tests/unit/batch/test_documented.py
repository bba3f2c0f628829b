"""docs/local.md says of every operation of Batch whether it is emulated, and the code agrees."""

from pathlib import Path

from backroom_local.batch.api import operations, service
from backroom_local.batch.api.registry import OPERATIONS
from backroom_local.batch.core.words import NO_CAPACITY, SERVER_ERROR, THROTTLE, FaultKind

PAGE = (Path(__file__).parents[3] / "docs/local.md").read_text()


def rows() -> dict[str, str]:
    """The first table: what it says of each operation."""
    table = PAGE.split("## Operations of Batch")[1].split("\n\n")[1]
    cells = (line.strip("| ").split(" | ") for line in table.splitlines()[2:])
    return {cell[0]: cell[1] for cell in cells}


def test_every_operation_of_aws_is_in_the_table() -> None:
    assert sorted(rows()) == sorted(service.model().operation_names)


def test_what_is_said_to_be_emulated_is() -> None:
    assert operations.jobs
    assert {name for name, said in rows().items() if said != "no"} == set(OPERATIONS)


def test_every_fault_is_told_of() -> None:
    kinds = [*FaultKind, THROTTLE, SERVER_ERROR, NO_CAPACITY]
    assert all(f'"kind": "{kind}"' in PAGE for kind in kinds)
