"""Builds every image, runs every job in them on the local twin, and says what they weigh and how fast they start.

`python -m scripts.trial STATE_DIR --base IMAGE [--record PAGE]`: STATE_DIR is that of a twin that was started by
`backroom local up --containers --base IMAGE`.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from backroom_local import process
from backroom_local.execution.engine import Engine
from backroom_local.execution.failures import NotStartedError
from backroom_local.execution.image_builds import ImageBuilds
from backroom_local.process import Running

from scripts.images.content import sources
from scripts.trial import jobs, page
from scripts.trial.images import TrialError, Tried, try_image


def try_images(engine: Engine, base: str, memory: dict[str, int]) -> list[Tried]:
    """Build and probe all images of this checkout, and print a line for each."""
    builds, tried = ImageBuilds(engine, Path("layers/backroom").resolve(), {"BASE": base}), []
    for image in sources(Path.cwd()):
        found = try_image(image.name, memory[image.name], engine, builds)
        took = f"built in {found.build_seconds:.0f} s, starts in {found.start_seconds:.2f} s"
        print(f"{found.name:15} {found.size_mb:.0f} MB, {took}", flush=True)
        tried.append(found)
    return tried


def try_jobs(engine: Engine, twin: Running, state_dir: Path) -> None:
    """Run all jobs, and hold what the engine saw against the images. Raises TrialError."""
    began = time.time()
    for job in jobs.JOBS:
        print(f"{job:15} {jobs.demo(job, state_dir)} succeeded in containers", flush=True)
    jobs.starve(twin, "backroom-spot")
    print("16 MiB          killed, exit code 137, OutOfMemoryError")
    ended = jobs.deaths(engine.program, began - 1, time.time() + 1)
    idle = {image.name for image in sources(Path.cwd())} - {one.image for one in ended if one.exit_code == 0}
    if idle:
        raise TrialError(f"no container of {', '.join(sorted(idle))} has ended with 0")
    print(f"{len(ended)} containers ran, of every image at least one")


def main() -> int:
    """Try all; 1, and a message, if something is not as it has to be."""
    parser = argparse.ArgumentParser(prog="scripts.trial", description=__doc__)
    parser.add_argument("state_dir", type=Path)
    parser.add_argument("--base", required=True)
    parser.add_argument("--record", type=Path)
    given = parser.parse_args()
    twin, engine = process.find(given.state_dir), Engine.find(os.environ)
    if twin is None:
        parser.error(f"no twin runs in {given.state_dir}: start it by `backroom local up --containers`")
    try:
        tried = try_images(engine, given.base, jobs.memory(twin))
        try_jobs(engine, twin, given.state_dir)
    except (TrialError, NotStartedError) as error:
        print(f"make test-containers: {error}", file=sys.stderr)
        return 1
    if given.record:
        size = int(engine.call("image", "inspect", "--format", "{{.Size}}", given.base)) / 1e6
        page.write(given.record, page.table(tried, size))
    return 0


if __name__ == "__main__":
    sys.exit(main())
