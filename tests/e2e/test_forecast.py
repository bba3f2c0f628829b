"""`backroom forecast` on a twin: it learns from runs that were, starts none, and says why it cannot."""

import json
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Stage

PORTIONS = 12


@pytest.fixture(scope="module")
def backroom(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line at the stage's twin, in an empty folder."""
    folder = tmp_path_factory.mktemp("forecasts")
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), folder)


def test_a_forecast_learns_from_the_latest_run_and_starts_none(stage: Stage, backroom: CommandLine) -> None:
    tenant = stage.tenant()
    ran = stage.run(tenants=[tenant], params={"count": 4})
    assert ran.status == "SUCCEEDED"
    before = {job["jobId"] for job in stage.batch_jobs("probe")}
    asked = ("forecast", "probe", "--tenant", tenant, "--param", f"count={PORTIONS}", "--max-vcpus", "1,2,64")
    found = backroom.json(*asked)["forecast"]
    assert f"4 portions of {ran.run}" in found["durations"]
    assert found["portions"] == PORTIONS
    assert [one["max_vcpus"] for one in found["outcomes"]] == [1, 2, 64]
    ends = [one["makespan"] for one in found["outcomes"]]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > ends[-1] > 0
    for outcome in found["outcomes"]:
        assert outcome["tenants"] == [{"tenant": tenant, "portions": PORTIONS, "seconds": outcome["makespan"]}]
        assert outcome["cost"] > 0
    assert backroom.json(*asked)["forecast"] == found, "the same seed"
    assert {job["jobId"] for job in stage.batch_jobs("probe")} == before


def test_given_durations_make_a_forecast_that_can_be_checked_by_hand(stage: Stage, backroom: CommandLine) -> None:
    """Spot and on-demand have room for one each: 12 portions of 100 s take 6 rounds."""
    tenant = stage.tenant()
    asked = ("forecast", "probe", "--tenant", tenant, "--param", f"count={PORTIONS}", "--max-vcpus", "1")
    (outcome,) = backroom.json(*asked, "--seconds-per-portion", "100")["forecast"]["outcomes"]
    assert (outcome["makespan"], outcome["peak_vcpus"]) == (600, 2)
    shown = backroom(*asked, "--seconds-per-portion", "100").stdout
    assert "10 min 00 s" in shown
    assert "EDIT ME" in shown
    assert f"\n{tenant} " in shown


def test_what_cannot_be_foreseen_is_said_in_a_line(stage: Stage, backroom: CommandLine, tmp_path: Path) -> None:
    tenant = stage.tenant()
    assert "nothing to do" in backroom("forecast", "probe", "--tenant", tenant).stdout.lower()
    assert backroom.json("forecast", "probe", "--tenant", tenant)["forecast"]["portions"] == 0
    assert backroom("forecast", "prob").returncode == 3
    assert backroom("forecast", "probe", "--max-vcpus", "0").returncode == 2
    (tmp_path / "mine.json").write_text(json.dumps({"as_of": "today"}))
    refused = backroom("forecast", "probe", "--prices", str(tmp_path / "mine.json"))
    assert (refused.returncode, "is no price table" in refused.stderr) == (2, True)
