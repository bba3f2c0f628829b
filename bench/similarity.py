"""Similar products of several shops: the job's way, in one process and over nodes, against the usual way.

usage: .venv-bench/bin/python bench/similarity.py [PRODUCTS of the largest shop]     (make bench)

The usual way is pandas, TfidfVectorizer and NearestNeighbors (brute force, cosine), shop by shop. Every way is a
process of its own, gets the same products in memory and gives a compressed file a shop, ten neighbours of each
product. CPU time is of all processes, nodes included; `ready` is what these take before the first product (start,
imports, meeting). Peak memory is of the largest process (Linux).
"""

import asyncio
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "containers/similarity"), str(ROOT / "layers/backroom")]

from backroom.catalogue.model import Product  # noqa: E402
from backroom.worker import Nodes  # noqa: E402
from backroom.worker.log import Log  # noqa: E402
from similarity.crew import Crew, Here  # noqa: E402
from similarity.model import learned, neighbours, part_size, take_in  # noqa: E402
from similarity.neighbours import Wanted  # noqa: E402
from similarity.vectors import Tally  # noqa: E402
from similarity.writing import write  # noqa: E402

SMALL, K, LEAST = [5_000] + [1_000] * 10, 10, 1_000
PLACE = "127.91.7"
NODES = 3
WAYS = {"usual": "pandas, TfidfVectorizer, NearestNeighbors (usual)", "one": "**similarity, one process**"}
WAYS["nodes"] = "**similarity, three nodes of one thread**"


def shop(count: int, seed: int) -> list[Product]:
    """Give products whose words are as rare and as common as those of a language (Zipf)."""
    chance, words = random.Random(seed), [f"w{number}" for number in range(20_000)]
    weights = [1 / (place + 10) for place in range(len(words))]
    titles, texts = (iter(chance.choices(words, weights, k=many * count)) for many in (6, 40))
    return [
        Product(
            f"{seed}-{number:07}",
            " ".join(next(titles) for _ in range(6)),
            description=" ".join(next(texts) for _ in range(40)),
            price=Decimal(chance.randint(100, 90_000)) / 100,
            currency="EUR",
            brand=f"Brand {chance.randint(0, 200)}",
            category=f"Area {chance.randint(0, 9)} > Kind {chance.randint(0, 99)}",
            attributes={"colour": chance.choice("abcdefgh"), "size": chance.choice("SMLX")},
        )
        for number in range(count)
    ]


def usual(shops: Sequence[Sequence[Product]]) -> list[bytes]:
    """Do it as it is usually written."""
    import pandas  # type: ignore[import-untyped]
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    found = []
    for products in shops:
        frame = pandas.DataFrame([asdict(product) for product in products])
        attributes = frame["attributes"].map(lambda known: " ".join(known.values()))
        text = frame[["title", "description", "brand", "category"]].agg(" ".join, axis=1) + " " + attributes
        vectors = TfidfVectorizer().fit_transform(text)
        nearest = NearestNeighbors(n_neighbors=K + 1, metric="cosine", algorithm="brute").fit(vectors)
        distances, places = nearest.kneighbors(vectors)
        frame["similar"] = [
            [
                {"sku": frame["sku"][at], "score": round(1 - far, 4)}
                for at, far in zip(row, away, strict=True)
                if at != own
            ]
            for own, (row, away) in enumerate(zip(places, distances, strict=True))
        ]
        body = frame[["sku", "similar"]].to_json(orient="records", lines=True)
        found.append(gzip.compress(body.encode(), 6))
    return found


def by_crew(crew: Crew, shops: Sequence[Sequence[Product]]) -> list[bytes]:
    """Do it as the job does."""
    taken = [take_in(crew, products, part_size(len(products), crew.width)) for products in shops]
    known, model = [learned(crew, one) for one in taken], Tally()
    for frequencies in known:
        model.add(frequencies)
    rarity = crew.share(model.rarity())

    found = []
    for one, of_shop in zip(taken, known, strict=True):
        tables = neighbours(crew, one, of_shop, rarity, Wanted(K, LEAST))
        found.append(write(one.skus, map(crew.take, tables)).body)
    return found


def over_nodes(shops: Sequence[Sequence[Product]]) -> dict[str, Any]:
    """Do it over nodes, which are processes; gives what they take as well."""
    from similarity.cluster import cluster
    from similarity.meeting import Meeting

    started, nodes = time.perf_counter(), list[subprocess.Popen[bytes]]()

    def announce(meeting: Meeting) -> None:
        for node in range(1, NODES):
            nodes.append(subprocess.Popen([sys.executable, __file__, "node", str(node), json.dumps(asdict(meeting))]))

    log = Log(lambda _line: None, time.time)
    with cluster(Nodes(0, NODES, 0, f"{PLACE}.1", f"{PLACE}.1"), "bench", announce, threading.Event(), log) as crew:
        ready = time.perf_counter() - started
        told = measured(lambda found: by_crew(crew, found), shops)
    for node in nodes:
        node.wait()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    told["cpu"] += children.ru_utime + children.ru_stime
    return told | {"ready": ready, "peak": max(told["peak"], children.ru_maxrss // 1024)}


def node(number: int, meeting: str) -> None:
    """Be a node."""
    from similarity.meeting import Meeting
    from similarity.node import serve
    from similarity.quiet import quiet

    os.sched_setaffinity(0, {number % os.cpu_count()})  # type: ignore[operator]
    with quiet():
        mine = Nodes(number, NODES, 0, f"{PLACE}.1", f"{PLACE}.{number + 1}")
        asyncio.run(serve(mine, Meeting(**json.loads(meeting)), threading.Event()))


def measured(way: Callable[[Sequence[Sequence[Product]]], list[bytes]], shops: Any) -> dict[str, Any]:
    """Run a way; gives CPU and wall time (s), peak memory (MB) and what it wrote (bytes)."""
    cpu, wall = time.process_time(), time.perf_counter()
    size = sum(map(len, way(shops)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "size": size}


def run(way: str, largest: int) -> None:
    """Be a way, and print what was measured."""
    shops = [shop(count, seed) for seed, count in enumerate([largest, *SMALL])]
    if way == "nodes":
        told = over_nodes(shops)
    else:
        told = measured(usual if way == "usual" else lambda found: by_crew(Here(), found), shops)
    print(json.dumps(told))


def main(largest: int) -> None:
    """Print the table."""
    products = largest + sum(SMALL)
    print(f"{products:,} products, {largest:,} of the largest of {1 + len(SMALL)} shops")
    print("| way | CPU s | x | wall s | ready s | peak MB | bytes a product |\n|---|---|---|---|---|---|---|")
    usual_cpu = 0.0
    for way, name in WAYS.items():
        told = json.loads(subprocess.check_output([sys.executable, __file__, "way", way, str(largest)]))
        usual_cpu = usual_cpu or told["cpu"]
        cells = [
            f"{told['cpu']:.1f}",
            f"{usual_cpu / told['cpu']:.1f}",
            f"{told['wall']:.1f}",
            f"{told.get('ready', 0):.1f}",
        ]
        print(f"| {name} | {' | '.join(cells)} | {told['peak']:,} | {told['size'] / products:.0f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["node"]:
        node(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["way"]:
        run(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 20_000)
