"""`make images` by the command line: against a registry that wants tokens, with an engine that pushes to it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml
from samtranslator.yaml_helper import yaml_parse

from tests.integration.quiet import QuietServer

ROOT = Path(__file__).parents[3]
ENGINE = """\
#!{python}
import sys, urllib.request
open({log!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["manifest", "push"]:
    if {broken}:
        sys.exit("disk is full")
    host, _, rest = sys.argv[-1].removeprefix("docker://").partition("/")
    name, _, tag = rest.rpartition(":")
    url = f"http://{{host}}/v2/{{name}}/manifests/{{tag}}"
    urllib.request.urlopen(urllib.request.Request(url, name.encode(), method="PUT"))
    if {late}:
        sys.exit("the tag exists and is immutable")
"""


class Registry(QuietServer):
    """Answers who brings the token that it names a place for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.host = f"127.0.0.1:{self.server_port}"
        self.digests = {"/v2/python/manifests/3": f"sha256:{'b' * 64}"}


class Answer(BaseHTTPRequestHandler):
    """One answer of a registry."""

    server: Registry

    def reply(self, code: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        assert self.path.startswith("/token?service=r&scope=repository"), self.path
        self.reply(200, {}, json.dumps({"token": "t0"}).encode())

    def do_HEAD(self) -> None:
        digest = self.server.digests.get(self.path)
        if self.headers.get("Authorization") != "Bearer t0":
            bearer = f'Bearer realm="http://{self.server.host}/token",service="r",scope="repository:x:pull"'
            self.reply(401, {"WWW-Authenticate": bearer})
        elif digest:
            self.reply(200, {"Docker-Content-Digest": digest})
        else:
            self.reply(404, {})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.digests[self.path] = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.reply(201, {})

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of two images."""
    for name in ("containers/sitemap", "containers/stock_import", "layers/backroom/backroom"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def make_images(
    registry: Registry, folder: Path, *, broken: bool = False, late: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run it as `make images` does, with an engine of our own as the only one."""
    engine = folder / "bin" / "buildah"
    engine.parent.mkdir(exist_ok=True)
    engine.write_text(ENGINE.format(python=sys.executable, log=str(folder / "log"), broken=broken, late=late))
    engine.chmod(0o755)
    where = ("--registry", f"{registry.host}/backroom", "--base", f"{registry.host}/python:3")
    command = (sys.executable, "-m", "scripts.images", str(folder / "images.yaml"), *where)
    environment = {**os.environ, "PATH": str(engine.parent), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def template_parameters() -> dict[str, dict[str, str]]:
    """Give the parameters that template.yaml declares."""
    declared: dict[str, dict[str, str]] = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    return declared


def test_what_is_not_there_is_built_once_and_told_to_the_deploy(registry: Registry, checkout: Path) -> None:
    first = make_images(registry, checkout)
    assert first.returncode == 0, first.stderr
    images = yaml.safe_load((checkout / "images.yaml").read_text())
    assert set(images) == {"SitemapImage", "StockImportImage"}
    digest = hashlib.sha256(b"backroom/stock_import").hexdigest()
    assert images["StockImportImage"] == f"{registry.host}/backroom/stock_import@sha256:{digest}"
    patterns = {name: one.get("AllowedPattern", ".*") for name, one in template_parameters().items()}
    assert all(re.fullmatch(patterns[name], image) for name, image in images.items()), images
    log = (checkout / "log").read_text()
    assert log.count("build ") == 2
    assert f"BASE={registry.host}/python:3@sha256:{'b' * 64}" in log

    second = make_images(registry, checkout)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count(" is there: sha256:") == 2
    assert (checkout / "log").read_text() == log, "the engine is not asked"

    del registry.digests[next(path for path in registry.digests if "/sitemap/" in path)]
    make_images(registry, checkout)
    more = (checkout / "log").read_text().removeprefix(log)
    assert re.findall(r"^build .*--manifest \S+/(\w+):", more, re.MULTILINE) == ["sitemap"]


def test_an_image_that_cannot_be_pushed_is_told_with_what_the_engine_said(registry: Registry, checkout: Path) -> None:
    failed = make_images(registry, checkout, broken=True)
    assert failed.returncode == 1
    assert "buildah manifest push" in failed.stderr
    assert "disk is full" in failed.stderr
    assert not (checkout / "images.yaml").exists()


def test_who_is_late_takes_what_another_build_pushed(registry: Registry, checkout: Path) -> None:
    late = make_images(registry, checkout, late=True)
    assert late.returncode == 0, late.stderr
    assert set(yaml.safe_load((checkout / "images.yaml").read_text())) == {"SitemapImage", "StockImportImage"}
