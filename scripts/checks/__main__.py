"""`python -m scripts.checks [TEMPLATE]`: check table of jobs and state machines; exit 1 when something is wrong."""

import sys
from pathlib import Path

from scripts.checks.run import check_template


def main(arguments: list[str]) -> int:
    """Print what is wrong, a line each; gives the exit code."""
    path = Path(arguments[0] if arguments else "template.yaml")
    findings = [str(finding) for finding in check_template(path)]
    print("\n".join(findings) or f"{path}: the table of jobs and the state machines are as they must be")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
