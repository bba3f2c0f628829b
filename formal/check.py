"""Checks the model of the run protocol: `python -m formal.check [--json] [--only NAME]... [--workers N]`.

Every model (NAME.cfg) must hold, every mutant must be found out by the property that it names, and every witness must
be reached. Exit code 0: all so; 1: not so; 69 (EX_UNAVAILABLE): Java or TLC is missing; 64 (EX_USAGE): no such name."""

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from formal import tlc
from formal.mutants import MUTANTS, EditDoesNotFitError, Mutant
from formal.trace import brief
from formal.witnesses import WITNESSES

MODELS = ("run_protocol", "planning", "attempts", "events", "runs")
FAILED, USAGE, UNAVAILABLE = 1, 64, 69


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. `verdict` says in words what TLC found; `good` whether that is as it should be;
    `trace` is TLC's counterexample, empty if it found none."""

    kind: str
    name: str
    distinct: int
    seconds: float
    good: bool
    verdict: str
    trace: str


@dataclass(frozen=True, slots=True)
class Task:
    """One run of TLC, by the name under which `--only` asks for it."""

    kind: str
    name: str
    run: Callable[[tlc.Tlc], Row]


def tasks(timeout: float) -> list[Task]:
    """All there is to check, models first; `timeout` in seconds is for each run of TLC."""
    models = [Task("model", name, partial(check_model, name, timeout)) for name in MODELS]
    mutants = [Task("mutant", m.name, partial(check_edit, "mutant", m, timeout)) for m in MUTANTS]
    return models + mutants + [Task("witness", w.name, partial(check_edit, "witness", w, timeout)) for w in WITNESSES]


def check_model(name: str, timeout: float, tool: tlc.Tlc) -> Row:
    """The specification as it is, within the bounds of NAME.cfg, all properties and liveness on: it must hold."""
    found = tlc.check(tool, text(f"{tlc.MODULE}.tla"), text(f"{name}.cfg"), timeout)
    return Row("model", name, found.distinct, found.seconds, found.violated is None, verdict(found, None), found.trace)


def check_edit(kind: str, mutant: Mutant, timeout: float, tool: tlc.Tlc) -> Row:
    """A mutant, or a witness, which is one in form: TLC must find its property violated, and is asked for no other."""
    configuration = tlc.properties(text(f"{mutant.model}.cfg"), mutant.violates)
    return judge(kind, mutant, tlc.check(tool, mutant.apply(text(f"{tlc.MODULE}.tla")), configuration, timeout))


def judge(kind: str, mutant: Mutant, found: tlc.Checked) -> Row:
    """Whether what TLC found is what the mutant is there for. A mutant that TLC accepts is a failure of the model."""
    good = found.violated in (mutant.violates, "?")
    return Row(kind, mutant.name, found.distinct, found.seconds, good, verdict(found, mutant), found.trace)


def verdict(found: tlc.Checked, mutant: Mutant | None) -> str:
    """What TLC found, in words. A property that TLC does not name is the only one it was asked for."""
    if mutant is None:
        return "holds" if found.violated is None else f"violates {found.violated}"
    if mutant.violates == "Never":
        return "reached" if found.violated else "NOT REACHED"
    by = mutant.violates if found.violated == "?" else found.violated
    return f"rejected by {by}" if found.violated else f"ACCEPTED: {mutant.violates} holds"


def text(name: str) -> str:
    """A file beside this one."""
    return Path(tlc.FORMAL, name).read_text("utf-8")


def run(chosen: list[Task], tool: tlc.Tlc) -> Iterator[Row]:
    """The rows, in order. A model gets all the workers; the rest, small, go side by side, one worker each."""
    for task in chosen:
        if task.kind == "model":
            yield task.run(tool)
    single = replace(tool, workers=1, jvm=tlc.SHORT)
    with ThreadPoolExecutor(tool.workers) as pool:
        yield from pool.map(lambda task: task.run(single), [task for task in chosen if task.kind != "model"])


def line(row: Row) -> str:
    """A row for a reader."""
    mark = "ok  " if row.good else "FAIL"
    return f"{mark} {row.kind:8}{row.name:28}{row.distinct:>10,} states {row.seconds:6.1f} s  {row.verdict}"


def report(rows: Iterator[Row], as_json: bool, traces: bool) -> bool:
    """Prints the rows, and the traces of all or only of a model that does not hold; gives whether all are good."""
    done: list[Row] = []
    for row in rows:
        done.append(row)
        if not as_json:
            print(line(row), flush=True)
            if traces or not row.good:
                print(brief(row.trace), flush=True)
    good = all(row.good for row in done)
    if not as_json:
        print(f"{sum(row.good for row in done)} of {len(done)} as they should be; CPU {_cpu():.0f} s")
    else:
        print(json.dumps({"good": good, "cpu": _cpu(), "rows": [asdict(row) for row in done]}, indent=2))
    return good


def _cpu() -> float:
    """Seconds of processor time that TLC took, all of its runs together: what a loaded machine leaves unchanged."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line, parsed."""
    parser = argparse.ArgumentParser(
        prog="formal", description="Check the formal model of the run protocol, its mutants and its witnesses."
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="a model, a mutant or a witness, or models, mutants, witnesses"
    )
    parser.add_argument("--workers", type=int, default=2, help="threads of TLC (default: 2)")
    parser.add_argument(
        "--timeout", type=float, default=600, metavar="SECONDS", help="most for one run of TLC (default: 600)"
    )
    parser.add_argument("--trace", action="store_true", help="print how TLC came to each violation, state by state")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser.parse_args(argv)


def choose(everything: list[Task], only: list[str] | None) -> list[Task]:
    """The tasks that `only` names, all if it names none. Raises LookupError for a name that is none of them."""
    names = {name for task in everything for name in _names(task)}
    if unknown := sorted(set(only or ()) - names):
        raise LookupError(f"nothing here is called {', '.join(unknown)}; there are: {', '.join(sorted(names))}")
    return [task for task in everything if not only or not _names(task).isdisjoint(only)]


def _names(task: Task) -> set[str]:
    return {task.name, {"model": "models", "mutant": "mutants", "witness": "witnesses"}[task.kind]}


def main(argv: list[str]) -> int:
    """Checks and reports; gives the exit code."""
    options = arguments(argv)
    try:
        chosen = choose(tasks(options.timeout), options.only)
        good = report(run(chosen, tlc.find(options.workers)), options.json, options.trace)
    except LookupError as error:
        print(error, file=sys.stderr)
        return USAGE
    except tlc.ToolMissingError as error:
        print(error, file=sys.stderr)
        return UNAVAILABLE
    except (tlc.TlcFailedError, EditDoesNotFitError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0 if good else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
