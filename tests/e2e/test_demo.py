"""`make demo`, twice: real photos through the whole of it, and nothing done again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.command_line import CommandLine, clean_environment

WIDTHS = {"bergblick": (1600, 800, 400), "kontor": (1600, 800, 400, 160), "solo": (1280, 640)}
ROW = re.compile(r"^(\w+) +(\d+) +(\d+) +(\d+) +(\d+) ", re.MULTILINE)
"""Tenant, portions, items succeeded, failed, skipped."""
BAD = {"catalogue.jpg": "NotAnImage", "parrot.jpg": "Truncated"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def backroom(state: Path) -> Iterator[CommandLine]:
    """The command line with a fresh state; the twin that the demo leaves is ended."""
    command_line = CommandLine(clean_environment(BACKROOM_STATE_DIR=str(state)))
    yield command_line
    assert command_line("local", "down", "--state-dir", str(state)).returncode == 0


@pytest.fixture(scope="module")
def first(backroom: CommandLine) -> str:
    """What the first demo says."""
    done = backroom("demo")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Loaded 3 tenants with 17 files: 17 new, 0 there already." in done.stderr
    assert "3 portions" in done.stderr
    return done.stdout


def test_a_line_per_tenant_says_what_became_of_its_photos(first: str) -> None:
    rows = {tenant: tuple(map(int, figures)) for tenant, *figures in ROW.findall(first)}
    assert rows["bergblick"] == (1, 4, 0, 0)
    assert rows["kontor"] == (1, 10, 2, 0)
    assert rows["solo"] == (1, 1, 0, 0)


@pytest.mark.parametrize(("item", "reason"), BAD.items())
def test_bad_items_are_named_with_their_reasons(first: str, item: str, reason: str) -> None:
    (line,) = [line for line in first.splitlines() if item in line]
    assert line.split()[:3] == ["kontor", item, reason]


def test_results_lie_where_it_says(first: str, state: Path) -> None:
    assert f"54 results in {state}/demo/TENANT/resized/WIDTH/" in first
    photos = {path.relative_to(state / "demo"): path for path in (state / "demo").rglob("*") if path.is_file()}
    assert len(photos) == 4 * 3 + 10 * 4 + 1 * 2
    for place, path in photos.items():
        tenant, _, width, _ = place.parts
        with Image.open(path) as image:
            assert image.width <= int(width)
            assert int(width) in WIDTHS[tenant]
            assert image.format == ("WEBP" if tenant == "solo" else "JPEG")
            image.load()


def test_a_second_demo_skips_what_is_done_and_says_so(first: str, backroom: CommandLine) -> None:
    done = backroom("demo")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "The twin is up at http://127.0.0.1:" in done.stderr
    assert "17 files: 0 new, 17 there already" in done.stderr
    assert "nothing to do: 15 items unchanged, 2 failed before" in done.stdout
    for item, reason in BAD.items():
        assert any(line.split() == ["kontor", item, reason] for line in done.stdout.splitlines())
    newest, oldest = backroom.json("runs")
    assert (newest["portions"], oldest["portions"]) == (0, 3)
    assert f"\n{newest['run']} on the twin at" in f"\n{done.stdout}"


def test_the_twin_stays_up_and_a_restarted_one_remembers(first: str, backroom: CommandLine, state: Path) -> None:
    before = backroom.json("runs")
    assert backroom("local", "down", "--state-dir", str(state)).returncode == 0
    done = backroom("demo")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Started the twin at" in done.stderr
    assert "nothing to do: 15 items unchanged, 2 failed before" in done.stdout
    assert backroom.json("runs")[1:] == before


def test_outside_of_a_checkout_the_way_out_is_said(tmp_path: Path) -> None:
    done = CommandLine(clean_environment(), tmp_path)("demo")
    assert done.returncode == 5
    assert "--checkout" in done.stderr
    assert not (tmp_path / ".backroom").exists()


def test_a_job_without_a_demo_is_named_beside_those_that_have_one(tmp_path: Path) -> None:
    done = CommandLine(clean_environment(), tmp_path)("demo", "nonsense")
    assert done.returncode == 5
    assert "there is no demo of 'nonsense'; there are: image_resize, " in done.stderr
    assert not (tmp_path / ".backroom").exists()


def test_a_twin_that_cannot_start_says_why_and_ends(tmp_path: Path) -> None:
    (tmp_path / "batch.sqlite").write_bytes(b"no database" * 1000)
    done = CommandLine(clean_environment(BACKROOM_STATE_DIR=str(tmp_path)))("demo")
    assert done.returncode == 4
    assert "file is not a database" in done.stderr
    assert not (tmp_path / "twin.json").exists()
