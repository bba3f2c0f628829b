"""Runs proofs, and prints what came of them as a list of JSON; exit code 1 if one of them found something.

usage: python -m tests.faults PROOF=COUNT... [--seed N] [--careless]
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial

import orjson

from tests.faults import calls, events, lines, network, simulation
from tests.faults.campaign import Bench, Proof, bench

PROOFS: Mapping[str, Callable[[Bench, int, int], Proof]] = {
    "lines": lines.prove,
    "pairs": calls.pairs,
    "undead": calls.undead,
    "events": events.prove,
    "network_10": partial(network.prove, rate=0.1),
    "network_40": partial(network.prove, rate=0.4),
    "simulation": simulation.prove,
}


def main() -> int:
    """Run the proofs that the command line names."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("proofs", nargs="+", metavar="PROOF=COUNT", help=f"one of {', '.join(PROOFS)}, and how many")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: 1)")
    parser.add_argument("--careless", action="store_true", help="leave out the fences, to see what they are for")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long, whatever is not done yet")
    options = parser.parse_args()
    with bench(options.careless, time.monotonic() + 60 * options.minutes) as at:
        done = [_prove(at, asked, options.seed) for asked in options.proofs]
    print(orjson.dumps([asdict(proof) for proof in done], option=orjson.OPT_INDENT_2).decode())
    return 1 if any(proof.violations for proof in done) else 0


def _prove(at: Bench, asked: str, seed: int) -> Proof:
    name, _, count = asked.partition("=")
    began = time.monotonic()
    proof = PROOFS[name](at, int(count), seed)
    return replace(proof, seconds=round(time.monotonic() - began, 1))


if __name__ == "__main__":
    sys.exit(main())
