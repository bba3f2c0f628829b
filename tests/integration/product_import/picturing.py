"""A tenant whose feed goes through all three stages, and servers of images."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import orjson
from backroom.worker.web import Web
from PIL import Image
from product_images.images import fetch_images, referenced
from product_images.names import name_of
from product_images.rescale import present, rescale

from tests.integration.product_import.importing import TENANT, Shop
from tests.integration.web.servers import Paths, Server, Spy, answering, serving
from tests.integration.worker.cloud import Cloud

PUBLIC = "93.184.216.34"
SIZES = {"widths": [64, 16], "format": "jpeg"}


def picture(colour: int, form: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (colour, 90, 120)).save(file, form)
    return file.getvalue()


class Chain(Shop):
    """A tenant whose feed goes through all three stages."""

    def __init__(self, cloud: Cloud, **params: Any) -> None:
        super().__init__(cloud, **({"sizes": SIZES, "removal_tolerance": 1} | params))

    def feed(self, *images: str) -> None:
        """A product for each."""
        rows = (f'p{number};Lamp;1;"{image}"\n' for number, image in enumerate(images))
        self.put("sku;title;price;images\n" + "".join(rows))

    def fetch_images(self, web: Web | None = None, attempt: int = 1) -> int:
        with tempfile.TemporaryDirectory() as folder:
            items = partial(referenced, Path(folder))
            return self.stage("images", partial(fetch_images, web=web or Web()), attempt, items)

    def rescale(self, attempt: int = 1) -> int:
        with tempfile.TemporaryDirectory() as folder:
            return self.stage("rescale", rescale, attempt, partial(present, Path(folder)))

    def all(self, web: Web | None = None) -> tuple[int, int, int]:
        return self.run(web), self.fetch_images(web), self.rescale()

    def told(self, name: str = "images") -> dict[str, tuple[str, str]]:
        """What the merchant is told of each image: outcome, and reason."""
        text = self.cloud.get(TENANT, f"shop/imports/{name}.csv").decode("utf-8-sig")
        return {row["image"]: (row["outcome"], row["reason"]) for row in csv.DictReader(io.StringIO(text))}

    def counts(self, name: str = "images") -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.cloud.get(TENANT, f"shop/imports/{name}.json"))
        return found

    def image(self, address: str) -> bytes:
        return self.cloud.get(TENANT, f"shop/images/products/{name_of(address)}")

    def sizes(self) -> dict[str, str]:
        """The sizes in the bucket, with who wrote each."""
        keys = self.cloud.keys(TENANT, "shop/resized/")
        heads = {key: self.cloud.s3.head_object(Bucket=TENANT, Key=key) for key in keys}
        return {key.removeprefix("shop/resized/"): head["Metadata"]["backroom-token"] for key, head in heads.items()}


@contextmanager
def shop_server(paths: Paths) -> Iterator[tuple[Server, Web]]:
    with serving(paths) as server:
        yield server, Spy([PUBLIC], port=server.port).web()


def conditional(body: bytes, etag: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        (answering(304) if known else answering(200, body, ETag=etag, Content_Type="text/html"))(handler)

    return answer
