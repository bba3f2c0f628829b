"""The formal model: its edits fit the specification, TLC is read rightly, and the quick part of `make formal` holds."""

import pytest

from formal import check, tlc
from formal.mutants import MUTANTS, EditDoesNotFitError, Mutant
from formal.trace import brief
from formal.witnesses import WITNESSES

SPEC = check.text("run_protocol.tla")
ACCEPTED = "Model checking completed. No error has been found.\n"
COUNTS = "781 states generated, 174 distinct states found, 0 states left on queue.\n"
TRACE = """Error: Invariant EffectOnce is violated.
Error: The behavior up to this point is:
State 1: <Initial predicate>
/\\ claim = None
/\\ check = ( <<1, 1>> :> 0 @@
  <<2, 1>> :> 0 )

State 2: <Claim line 102, col 3 to line 108, col 92 of module run_protocol>
/\\ claim = 1
/\\ check = ( <<1, 1>> :> 0 @@
  <<2, 1>> :> 0 )

12 states generated, 6 distinct states found, 2 states left on queue.
"""


@pytest.fixture(scope="module")
def tool() -> tlc.Tlc:
    try:
        return tlc.find(workers=1)
    except tlc.ToolMissingError as error:
        pytest.skip(f"formal model not checked: {error}")


@pytest.mark.parametrize("mutant", MUTANTS + WITNESSES, ids=lambda mutant: mutant.name)
def test_every_edit_fits_and_names_what_the_model_has(mutant: Mutant) -> None:
    assert mutant.apply(SPEC) != SPEC
    assert mutant.violates == "Never" or f"\n{mutant.violates} ==" in SPEC
    assert mutant.model in check.MODELS


def test_names_are_unique() -> None:
    names = [task.name for task in check.tasks(60)]
    assert len(names) == len(set(names))


def test_an_edit_that_no_longer_fits_is_named() -> None:
    with pytest.raises(EditDoesNotFitError, match=r"stale.*'no such text' is 0 times"):
        Mutant("stale", "", "runs", "EffectOnce", (("no such text", ""),)).apply(SPEC)


@pytest.mark.parametrize(
    ("output", "violated"),
    [
        (ACCEPTED + COUNTS, None),
        ("Error: Invariant EffectOnce is violated.\n" + COUNTS, "EffectOnce"),
        ("Error: Action property FenceHolds is violated.\n" + COUNTS, "FenceHolds"),
        ("Error: Action property line 400, col 3 to line 402 of module run_protocol is violated.\n" + COUNTS, "?"),
        ("Error: Temporal properties were violated.\n" + COUNTS, "?"),
    ],
)
def test_verdicts_are_read(output: str, violated: str | None) -> None:
    found = tlc.read(output, 1.5)
    assert (found.states, found.distinct, found.violated) == (781, 174, violated)


def test_what_is_no_verdict_is_an_error() -> None:
    with pytest.raises(tlc.TlcFailedError, match="Unknown operator"):
        tlc.read("*** Errors: 1\n\nUnknown operator: `Fence'.\n", 0.1)


def test_a_trace_is_cut_to_what_changed() -> None:
    assert brief(tlc.read(TRACE, 0.1).trace).splitlines()[2:] == [
        "  1 Initial predicate",
        "",
        "  2 Claim",
        "      claim = 1",
    ]


def test_a_mutant_is_asked_for_its_own_property_only() -> None:
    configuration = tlc.properties(check.text("attempts.cfg"), "FenceHolds")
    assert configuration.splitlines()[-1] == "PROPERTIES FenceHolds"
    assert "EffectOnce" not in configuration
    assert tlc.properties(configuration, "EffectOnce").splitlines()[-1] == "INVARIANTS EffectOnce"


def test_the_model_holds_within_small_bounds(tool: tlc.Tlc) -> None:
    """A model small enough for every run of the tests; the larger ones are checked by `make formal`."""
    configuration = check.text("attempts.cfg").replace("Undead = 3", "Undead = 1").replace("Items = 2", "Items = 1")
    found = tlc.check(tool, SPEC, configuration, timeout=250)
    assert found.violated is None
    assert found.distinct > 5_000


@pytest.mark.parametrize("name", ["plan_left_open", "saved_blindly", "seal_not_finished", "waves_share_the_work"])
def test_tlc_finds_mutants_and_witnesses(tool: tlc.Tlc, name: str) -> None:
    (task,) = check.choose(check.tasks(timeout=250), [name])
    (row,) = check.run([task], tool)
    assert row.good, row.verdict


@pytest.mark.parametrize(
    ("violated", "good"), [("EffectOnce", True), ("?", True), ("FenceHolds", False), (None, False)]
)
def test_a_mutant_that_tlc_accepts_is_a_failure(violated: str | None, good: bool) -> None:
    mutant = Mutant("loose", "", "runs", "EffectOnce", ())
    row = check.judge("mutant", mutant, tlc.Checked(9, 5, 1.0, violated, ""))
    assert row.good is good
    assert ("ACCEPTED" in row.verdict) is (violated is None)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_everything(tool: tlc.Tlc) -> None:
    rows = list(check.run(check.tasks(timeout=600), tool))
    assert [row for row in rows if not row.good] == []
    assert max(row.distinct for row in rows) >= 300_000
