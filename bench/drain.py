"""Seconds from SIGTERM to a container's end, over many drains of real processes.

usage: .venv/bin/python -m bench.drain [ROUNDS]     (make bench)

Four portions at once, each drained ROUNDS times in the middle of its items, against one moto server on loopback; then
one drain with the settings as shipped while an item never ends and storage does not answer: as bad as it gets.
"""

import logging
import sys
import time

from tests.integration.worker.cloud import SIGTERM, Cloud, ended, running
from tests.integration.worker.front import Answer, Request, front
from tests.integration.worker.test_attempts import PROBE, eventually, outputs, plan
from tests.integration.worker.test_draining import drains

PORTIONS = 4


def worst(cloud: Cloud) -> float:
    """The drain that has to be cut off."""
    hanging: list[bool] = []

    def hang(_request: Request) -> Answer | None:
        if hanging:
            time.sleep(60)
        return None

    cloud.reset()
    with front(cloud.url, hang) as door:
        plan(cloud, ["a", "stuck"])
        process = cloud.start(PROBE, "1", AWS_ENDPOINT_URL=door.url)
        eventually(lambda: bool(outputs(cloud)))
        hanging.append(True)
        process.send_signal(SIGTERM)
        asked = time.monotonic()
        assert ended(process).code == 75
        return time.monotonic() - asked


def main() -> None:
    """Print the quantiles."""
    logging.disable(logging.INFO)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with running() as cloud:
        seconds, cut_off = drains(cloud, PORTIONS, rounds), worst(cloud)
    quantiles = {share: seconds[min(len(seconds) - 1, int(share * len(seconds)))] for share in (0.5, 0.9, 0.99)}
    print(
        f"{len(seconds)} drains: "
        + ", ".join(f"p{share * 100:.0f} {value:.2f} s" for share, value in quantiles.items())
    )
    print(f"longest {seconds[-1]:.2f} s; stuck item and silent storage {cut_off:.2f} s")


main()
