"""What a container of product_images does: `python -m product_images`."""

import os
import tempfile
from functools import partial
from pathlib import Path

from backroom.worker import run
from backroom.worker.endings import WrongSetup
from backroom.worker.web import Pool, open_web


def main() -> None:
    """Do the stage that BACKROOM_STAGE names. Each imports its own: that of pictures is no business of the web's."""
    stage = os.environ.get("BACKROOM_STAGE", "")
    with tempfile.TemporaryDirectory() as folder:
        if stage == "images":
            from product_images.images import fetch_images, referenced

            web = open_web(os.environ, Pool())
            run(partial(fetch_images, web=web), items=partial(referenced, Path(folder)), in_time=True)
        if stage == "rescale":
            from product_images.rescale import present, rescale

            run(rescale, items=partial(present, Path(folder)), in_time=True)
    raise WrongSetup(f"BACKROOM_STAGE is {stage!r}: the stages of this image are images and rescale")


main()
