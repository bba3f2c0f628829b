"""What the trial of the images sees, and where it writes it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.trial import page
from scripts.trial.images import Tried
from scripts.trial.jobs import Death, deaths

ROOT = Path(__file__).parents[3]
PROBE = (ROOT / "scripts/trial/probe.py").read_text()


def test_the_probe_tells_what_is_not_compiled_and_what_can_be_written_to(tmp_path: Path) -> None:
    package = tmp_path / "job"
    package.mkdir()
    for name, text in {"__init__": "", "__main__": "import job.late\nraise SystemExit(70)\n", "late": ""}.items():
        (package / f"{name}.py").write_text(text)
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = (sys.executable, "-c", PROBE, "-m", "job")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert {"job", "job.late"} <= set(found["uncompiled"])
    assert "json" not in found["uncompiled"]
    assert found["user"] == os.getuid()
    assert str(tmp_path) in found["writes"]
    assert 0 < found["seconds"] < 600


def test_the_page_gets_the_figures_of_the_last_trial_only(tmp_path: Path) -> None:
    file = tmp_path / "images.md"
    file.write_text("# Images\n<!-- figures -->\n<!-- end of figures -->\nend\n")
    for seconds in (1.0, 0.25):
        page.write(file, page.table([Tried("sitemap", 201.4, 12.0, seconds, 312)], 169.0))
    text = file.read_text()
    assert text.count("| sitemap | 201 MB | 32 MB | 312 | 0.25 s |") == 1
    assert "1.00 s" not in text
    assert text.endswith("<!-- end of figures -->\nend\n")
    file.write_text("# Images\n")
    with pytest.raises(ValueError, match="has no place for figures"):
        page.write(file, "")


def test_the_engine_says_how_containers_ended(tmp_path: Path) -> None:
    engine = tmp_path / "docker"
    engine.write_text("#!/bin/sh\necho backroom-local/sitemap:latest 0\necho backroom-local/report:latest 137\n")
    engine.chmod(0o755)
    assert deaths(str(engine), 0, 1) == [Death("sitemap", 0), Death("report", 137)]


def test_the_page_in_the_repository_has_a_place_for_figures(tmp_path: Path) -> None:
    copy = tmp_path / "images.md"
    copy.write_text((ROOT / "docs/images.md").read_text())
    page.write(copy, "| figures |\n")
    assert "| figures |" in copy.read_text()
