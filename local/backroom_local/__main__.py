"""`python -m backroom_local`: the twin in the foreground, until SIGTERM or Ctrl-C."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType

from backroom_local import process
from backroom_local.settings import TwinSettings


def main(arguments: list[str] | None = None) -> int:
    """Run a twin; exit code 0 when it was told to end, 1 with a line of reason when it cannot start."""
    from backroom_local.execution.engine import EngineError
    from backroom_local.template.errors import TemplateError

    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = settings_of(given)
    ending = _until_told()
    try:
        serve(settings, ending)
    except (TemplateError, EngineError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except Exception:
        # The threads of a twin that is only half there would keep this process alive for ever.
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    return 0


def serve(settings: TwinSettings, ending: threading.Event) -> None:
    """Run a twin until `ending` is set; raises TemplateError, EngineError, or OSError for its port."""
    from backroom_local.assembly import ProjectParts
    from backroom_local.twin import Twin

    settings.state_dir.mkdir(parents=True, exist_ok=True)
    twin = Twin(settings, ProjectParts(settings), ending)
    try:
        twin.apply()
        process.write(settings.state_dir, twin.running())
        ending.wait()
    finally:
        twin.close()
        process.forget(settings.state_dir, os.getpid())


def _until_told() -> threading.Event:
    """Give an event that SIGTERM and SIGINT set."""
    ending = threading.Event()

    def tell(_number: int, _frame: FrameType | None) -> None:
        """Set the event."""
        ending.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    return ending


def _parser() -> argparse.ArgumentParser:
    """Give the parser of the arguments that `arguments_of` makes."""
    parser = argparse.ArgumentParser(prog="python -m backroom_local", description="The local twin, in the foreground.")
    parser.add_argument("settings", help="TwinSettings as JSON")
    return parser


def arguments_of(settings: TwinSettings) -> list[str]:
    """Give the arguments that start a twin with these settings."""
    fields = {name: getattr(settings, name) for name in TwinSettings.__dataclass_fields__}
    return [json.dumps(fields, default=str)]


def settings_of(given: argparse.Namespace) -> TwinSettings:
    """Read the settings from the arguments."""
    fields = json.loads(given.settings)
    for name in ("template", "state_dir"):
        fields[name] = Path(fields[name])
    for name in ("container_folders", "python_path"):
        fields[name] = tuple(Path(folder) for folder in fields[name])
    return TwinSettings(**fields)


if __name__ == "__main__":
    sys.exit(main())
