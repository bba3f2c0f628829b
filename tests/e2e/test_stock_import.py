"""stock_import on a twin with enforced policies, beside the jobs that share the catalogue with it."""

from collections.abc import Iterator

import pytest
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.e2e.command_line import ROOT, CommandLine, clean_environment


@pytest.fixture(scope="module")
def backroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    settings = TwinSettings(ROOT / "template.yaml", tmp_path_factory.mktemp("stock"), enforce_iam=True)
    with Twin.started(settings) as running:
        yield CommandLine(clean_environment(BACKROOM_STATE_DIR=str(running.settings.state_dir)))


def test_deltas_come_in_and_stay_in_when_other_jobs_go_on(backroom: CommandLine) -> None:
    done = backroom("demo", "stock_import")
    assert done.returncode == 0, done.stderr + done.stdout
    shown = [line.split() for line in done.stdout.splitlines()]
    told = ["bergblick", "deltas/bestand.csv", "11", "8", "1", "0", "1", "NegativeStock,", "1", "UnknownSku"]
    assert told in shown
    assert ["kontor", "deltas/2026-11-27T0900.ndjson", "4", "4", "0", "0"] in shown
    assert ["kontor", "deltas/2026-11-27T1000.ndjson", "3", "1", "1", "0", "1", "OtherCurrency"] in shown
    assert ["solo", "deltas/stock.json", "3", "3", "0", "0"] in shown
    again = backroom("demo", "stock_import")
    assert again.returncode == 0, again.stderr + again.stdout
    assert "nothing to do: 4 items unchanged" in again.stdout
    other = backroom("demo", "sitemap")
    assert other.returncode == 0, other.stderr + other.stdout
    assert "Loaded 3 tenants with 5 files: 0 new, 5 there already." in other.stderr, "the catalogue is the jobs'"
