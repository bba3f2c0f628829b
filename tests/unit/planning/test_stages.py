"""A row's `stages`: what it says is what is done, and every mistake is named."""

import pytest
from backroom.errors import InvalidJobRowError
from backroom.planning.job import JobRow, parse_row
from backroom.planning.stages import ONLY, Before, Stage, onward, parse_stages

ROW = {"job": "catalogue", "portion_items": "9", "portion_seconds": "60", "waves": "3"}
ROW |= {"item_tolerance": "0.2", "portion_tolerance": "0"}
CHAIN = "fetch; images after fetch each; rescale after images each; index after rescale all"


def test_the_stages_of_a_row_in_their_order_with_what_they_come_after() -> None:
    stages = parse_stages(CHAIN)
    assert [stage.name for stage in stages] == ["fetch", "images", "rescale", "index"]
    assert [stage.after for stage in stages[:2]] == [(), (Before("fetch", each=True),)]
    assert [stage.name for stage in stages if stage.combines] == ["index"]
    assert onward(stages) == {"fetch", "images", "rescale"}
    *_, last = parse_stages("a; b; c after b all;\n  d after a each, c all")
    assert last == Stage("d", (Before("a", each=True), Before("c", each=False)))
    assert not last.combines


def test_a_job_without_stages_has_one_of_no_name() -> None:
    assert parse_stages("  ") == ONLY == JobRow.model_validate(ROW | {"stages": ""}).stages
    assert JobRow.model_validate(ROW).stages == (Stage(""),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fetch; images after fetsh each", "'images' comes after 'fetsh', which is not among those before it: fetch"),
        ("a after b each; b after a each", "'a' comes after 'b', which is not among those before it: none"),
        ("a after a all", "'a' comes after 'a', which is not among those before it"),
        ("a; b; a", "'a' is there twice"),
        ("a; b after a each, a all", "'b' comes after the same stage twice"),
        ("a; b after a", "'b' comes after 'a': the form is"),
        ("a; b after a some", "'b' comes after 'a some': the form is"),
        ("a; b after", "'b after' is no stage"),
        ("a;; b", "'' is no stage: the form is"),
        ("Fetch", "'Fetch' is no stage"),
        ("a; b after a all; c after b each", "'c' comes after 'b' each, which has one portion a tenant: write `all`"),
        (";".join(f"s{number}" for number in range(21)), "21 stages are more than 20"),
    ],
)
def test_a_mistake_is_named_with_the_row(text: str, message: str) -> None:
    with pytest.raises(InvalidJobRowError, match=r"parameters of arn:it are no row .*stages") as refused:
        parse_row("arn:it", ROW | {"stages": text})
    assert message in str(refused.value)


def test_the_fields_that_an_older_revision_lacks_have_defaults_and_an_empty_text_is_none() -> None:
    old = JobRow.model_validate(ROW)
    assert (old.memory_cap, old.bisect, old.budget, old.budget_action) == (None, False, None, "refuse")
    new = ROW | {"memory_cap": "", "budget": "", "bisect": "true"}
    assert JobRow.model_validate(new) == old.model_copy(update={"bisect": True})
    capped = JobRow.model_validate(ROW | {"memory_cap": "4096", "budget": "12.5", "budget_action": "ask"})
    assert (capped.memory_cap, capped.budget, capped.budget_action) == (4096, 12.5, "ask")
