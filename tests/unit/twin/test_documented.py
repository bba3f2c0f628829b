"""docs/local.md says of every resource type whether the twin makes it, and the code agrees."""

import re
from pathlib import Path

from backroom_local.settings import DELAYS, RATES
from backroom_local.template.resources import MAKERS, inert

PAGE = (Path(__file__).parents[3] / "docs/local.md").read_text()
MADE, INERT = PAGE.split("## Resources of a template")[1].split("## Beside Batch")[0].split("These do nothing")
TYPE = re.compile(r"AWS::\w+::\w+")


def test_every_type_that_is_made_is_told_of() -> None:
    assert sorted(TYPE.findall(MADE)) == sorted(set(MAKERS) - set(inert.REASONS))


def test_every_type_that_does_nothing_is_told_of_with_its_reason() -> None:
    rows = [line.strip("| ").split(" | ") for line in INERT.splitlines() if line.startswith("| AWS::")]
    assert {kind: reason for kinds, reason in rows for kind in kinds.split(", ")} == inert.REASONS


def test_every_fault_at_random_and_every_delay_is_told_of() -> None:
    assert all(f"`{name}`" in PAGE for names in (*RATES.values(), DELAYS) for name in names)
