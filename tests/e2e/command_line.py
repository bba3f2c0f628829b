"""Runs `backroom` as a user does: a process of its own, nothing patched."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BACKROOM = Path(sys.executable).with_name("backroom")
_SECONDS = 240


def clean_environment(**more: str) -> dict[str, str]:
    """Give this process's environment without what would lead to an AWS or say how wide a terminal is, and `more`."""
    elsewhere = ("AWS_", "BACKROOM_", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(elsewhere)}
    return kept | more


@dataclass(frozen=True)
class CommandLine:
    """`backroom` in a folder and an environment."""

    environment: Mapping[str, str]
    folder: Path = ROOT

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            [str(BACKROOM), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        """Run a command with --json and give its answer."""
        done = self(*arguments, "--json")
        assert done.returncode == exit_code, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin a command; its standard error can be read line by line."""
        return subprocess.Popen(
            [str(BACKROOM), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
