"""What a container of product_import does: `python -m product_import`."""

import os

from backroom.worker import Portion, Work, run
from backroom.worker.endings import WrongSetup
from backroom.worker.web import open_web

from product_import.stage import fetch


def product_import(portion: Portion, work: Work) -> None:
    """Do the stage that BACKROOM_STAGE names."""
    stage = os.environ.get("BACKROOM_STAGE", "")
    if stage != "fetch":
        raise WrongSetup(f"BACKROOM_STAGE is {stage!r}: the stage of this image is fetch")
    fetch(portion, work, open_web(os.environ))


run(product_import)
