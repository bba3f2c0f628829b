"""Runs proofs, writes what came of them into docs/reliability.md: `python -m tests.faults.report [PROOF[=COUNT]...]`.

Each proof has a row there for each seed, which its next run replaces. Without names all are run, as often as `make
faults` does.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from tests.faults.child import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
HEAD = ("| proof | what was done | found | seconds | date | commit | seed |", "|---|---|---|---|---|---|---|")
WHOLE: Mapping[str, int] = {
    "lines": 10_000,
    "pairs": 1_000,
    "undead": 500,
    "events": 1_000,
    "network_10": 150,
    "network_40": 150,
    "simulation": 10_000_000,
}
CARELESS = ("lines", "undead")
"""Run again without fences, until they find something."""
WITHOUT = " without fences"
VERDICTS = ("lost", "twice", "torn", "violated")
FUNCTIONS = [str(ROOT / "functions" / name) for name in ("plan", "record", "observe")]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the name of the proof, and the line."""

    name: str
    text: str


def proofs(*arguments: str, timeout: float | None = None) -> list[Any]:
    """Run proofs in a process of its own, which may fork as it has no threads; gives them as JSON has them."""
    command = [sys.executable, "-m", "tests.faults", *arguments]
    paths = [*FUNCTIONS, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    options: Any = {"cwd": ROOT, "env": environment, "timeout": timeout, "stdout": subprocess.PIPE}
    done = subprocess.run(command, check=False, **options)
    if not done.stdout:
        raise RuntimeError(f"{' '.join(command)} broke off with exit code {done.returncode}")
    found: list[Any] = orjson.loads(done.stdout)
    return found


def row(proof: Mapping[str, Any], careless: bool, when: datetime, commit: str) -> Row:
    """The line of a proof."""
    counts = proof["counts"]
    did = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if name not in VERDICTS)
    found = ", ".join(f"{counts[name]:,} {name}" for name in VERDICTS if name in counts)
    name = proof["name"] + (WITHOUT if careless else "")
    cells = (f"`{name}`", did, found, f"{proof['seconds']:,.0f}", f"{when:%Y-%m-%d %H:%M}", commit, proof["seed"])
    return Row(name, f"| {' | '.join(map(str, cells))} |")


def with_rows(page: str, rows: Iterable[Row]) -> str:
    """The page with these rows in the place of those of the same proofs and seeds."""
    before, rest = page.split(BEGIN)
    table, after = rest.split(END)
    known = {key: line for line in table.splitlines() if (key := _key(line))}
    known |= {key: row.text for row in rows if (key := _key(row.text))}
    names = [*WHOLE, *(name + WITHOUT for name in CARELESS)]
    in_order = sorted((names.index(name), seed, line) for (name, seed), line in known.items() if name in names)
    lines = [*HEAD, *(line for _, _, line in in_order)]
    return f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}"


def _key(line: str) -> tuple[str, int] | None:
    """A row's proof and seed; None of what is no row."""
    found = re.fullmatch(r"\| `([^`]+)` \|.*\| (\d+) \|", line)
    return (found[1], int(found[2])) if found else None


def commit() -> str:
    """The commit of the checkout, with a plus if something in it but the page is changed."""
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", f":(exclude){PAGE.relative_to(ROOT)}")
    return _git("rev-parse", "--short=9", "HEAD") + ("+" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def tasks(asked: Sequence[str]) -> list[tuple[str, int, bool]]:
    """Proofs, counts, and whether without fences: those asked for, by their names in the table, or all."""
    pairs = [one.partition("=") for one in asked or [*WHOLE, *(name + WITHOUT for name in CARELESS)]]
    named = [(name.removesuffix(WITHOUT), count, name.endswith(WITHOUT)) for name, _, count in pairs]
    return [(name, int(count or WHOLE[name]), careless) for name, count, careless in named]


def main() -> int:
    """Run and write; exit code 1 if a proof found something that it must not, or one without fences found nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proofs", nargs="*", metavar="PROOF[=COUNT]", help="default: all, as often as they are worth")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--minutes", default="inf", help="stop each proof after so long; its row says how far it came")
    options = parser.parse_args()
    good = True
    for name, count, careless in tasks(options.proofs):
        flags = ["--careless"] if careless else []
        (proof,) = proofs(f"{name}={count}", "--seed", options.seed, "--minutes", options.minutes, *flags)
        line = row(proof, careless, datetime.now(UTC), commit())
        PAGE.write_text(with_rows(PAGE.read_text("utf-8"), [line]), "utf-8")
        print(line.text, *proof["violations"][: 0 if careless else 3], sep="\n", flush=True)
        good = good and bool(proof["violations"]) == careless
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
