"""Images a second from one host by https: by the stage `images` of product_import, and by plain loops of requests.

usage: .venv/bin/python -m bench.product_import_images [IMAGES]     (make bench)

The server is a process of its own on loopback, keeps connections open and takes 30 ms to begin an answer of 100 kB.
Each way reads every image into memory, sees by its first bytes what it is and takes its SHA-256; nobody writes any.
"""

import hashlib
import multiprocessing
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / f"containers/{name}") for name in ("product_images", "image_resize")]

import requests  # noqa: E402
import trustme  # noqa: E402
from backroom.worker.crew import Crew  # noqa: E402
from backroom.worker.web import Limits, Pool, Web  # noqa: E402
from imaging.kinds import recognise  # noqa: E402
from product_images.hosts import Hosts  # noqa: E402
from product_images.images import THREADS  # noqa: E402
from product_images.params import Manners  # noqa: E402
from product_images.sources import WebImages  # noqa: E402

from tests.integration.web.servers import Server, answering  # noqa: E402

DELAY, IMAGE = 0.03, b"\xff\xd8\xff" + bytes(100_000)


def serve(pem: Path, there: Connection) -> None:
    """Serve every path until somebody says that it is enough."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    send = answering(200, IMAGE, ETag='"1"')

    def answer(handler: object) -> None:
        time.sleep(DELAY)
        send(handler)  # type: ignore[arg-type]

    class Every(dict):  # type: ignore[type-arg]
        def __missing__(self, _path: str) -> object:
            return answer

    server = Server(Every(), context, keeps=True)
    there.send(server.port)
    there.recv()


def judge(body: bytes) -> None:
    """Do what the stage does with an image besides."""
    recognise(body)
    hashlib.sha256(body).hexdigest()


def ours(urls: list[str], ca: Path, pool: Pool | None) -> None:
    """Fetch them as the stage does."""
    web = Web(frozenset({urls[0].split("/")[2]}), tls=ssl.create_default_context(cafile=str(ca)), pool=pool)
    images = WebImages(web, Hosts(Manners(rate=100_000), time.sleep), Limits(20_000_000, 60), time.sleep)
    Crew(iter(urls), lambda url: judge(images.get(url, {}).body)).run(THREADS)


def loop(urls: list[str], ca: Path, get: Callable[..., requests.Response]) -> None:
    """Fetch them one after the other."""
    for url in urls:
        judge(get(url, verify=str(ca), timeout=60).content)


@dataclass(frozen=True)
class Spent:
    """Seconds, by the clock and of this process's CPU time."""

    wall: float
    cpu: float


def measured(way: Callable[[], None]) -> Spent:
    """Run a way once."""
    wall, cpu = time.perf_counter(), time.process_time()
    way()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def ways(urls: list[str], ca: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the ways, the usual one first."""
    yield "requests.get, one after the other", lambda: loop(urls, ca, requests.get)
    yield "requests.Session, one after the other", lambda: loop(urls, ca, requests.Session().get)
    yield "ours, a connection each", lambda: ours(urls, ca, None)
    yield "ours, as shipped", lambda: ours(urls, ca, Pool())


def main() -> None:
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    authority, (here, there) = trustme.CA(), multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        pem, ca = Path(folder) / "server.pem", Path(folder) / "ca.pem"
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(pem))
        authority.cert_pem.write_to_path(str(ca))
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(pem, there), daemon=True)
        server.start()
        port = here.recv()
        urls = [f"https://localhost:{port}/{number}.jpg" for number in range(count)]
        print("| way | images/s | x | CPU ms an image | x |\n|---|---|---|---|---|")
        usual: Spent | None = None
        for name, way in ways(urls, ca):
            spent = measured(way)
            usual = usual or spent
            figures = (count / spent.wall, usual.wall / spent.wall, 1000 * spent.cpu / count, usual.cpu / spent.cpu)
            print("| {} | {:.0f} | {:.2f} | {:.1f} | {:.2f} |".format(name, *figures))
        here.send("enough")
        server.join()


if __name__ == "__main__":
    main()
