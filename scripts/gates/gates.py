"""The gates: others' tools that have to be content, each as a command."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(".venv-gates/bin")
OWN = Path(".venv/bin")
HELD_BY_RUFF = "B108,B301,B310,B608"
"""Rules of bandit that ruff's S108, S301, S310 and S608 hold too, where each line that may break one says why."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A name, and a command, run in the project's folder, that ends with 0 if there is nothing to say."""

    name: str
    command: tuple[str, ...]


def gates(rendered: Sequence[Path], folder: Path) -> list[Gate]:
    """Give all gates, those that take long first.

    `rendered` are templates as CloudFormation would create them; `folder` takes what gates leave.
    """
    templates = [str(path) for path in rendered]
    every_template = [argument for path in templates for argument in ("-f", path)]
    return [
        Gate("checkov", (_tool("checkov"), "--config-file", ".checkov.yaml", *every_template)),
        Gate("sam validate", (str(OWN / "sam"), "validate", "--lint")),
        Gate("cfn-lint", (str(OWN / "cfn-lint"), "template.yaml", "infrastructure/registry.yaml")),
        Gate("bandit", (_tool("bandit"), "-q", "-ll", "-s", HELD_BY_RUFF, "-r", *_python_folders())),
        Gate("machine and table of jobs", (str(OWN / "python"), "-m", "scripts.checks")),
        Gate("safety", (str(OWN / "python"), "-m", "scripts.gates.safety", *templates)),
        Gate("policies", (_tool("python"), "scripts/gates/policies.py", *templates)),
        *(Gate(f"bill of materials: {file.parent}", _bill(file, folder)) for file in _locks()),
        Gate("hadolint", (_tool("hadolint"), *_files("containers/*/Dockerfile"))),
        Gate("shellcheck", (_tool("shellcheck"), "-x", ".ci/run", *_files("scripts/**/*.sh"))),
        Gate("zizmor", (_tool("zizmor"), "--offline", "--quiet", ".github")),
    ]


def _tool(name: str) -> str:
    return str(TOOLS / name)


def _files(pattern: str) -> list[str]:
    return sorted(str(path) for path in Path().glob(pattern))


def _python_folders() -> list[str]:
    return ["layers", "local", "console", "functions", "containers", "scripts"]


def _locks() -> list[Path]:
    """Give the locks of what is shipped: the layer and every container."""
    return sorted(Path(name) for name in ("layers/backroom/requirements.txt", *_files("containers/*/requirements.txt")))


def _bill(lock: Path, folder: Path) -> tuple[str, ...]:
    bill = folder / f"{lock.parent.name}.cdx.json"
    return (_tool("cyclonedx-py"), "requirements", "--output-reproducible", "--validate", "-o", str(bill), str(lock))
