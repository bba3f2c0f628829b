"""One executor and one moto for all tests of it; they look at nothing but their own containers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.execution.shop import ROOT, Shop, moto, opened

PROBE = """
import json, os, sys
from importlib.util import find_spec
import orjson, backroom
print(json.dumps({
    "argv": sys.argv, "cwd": os.getcwd(), "environment": dict(os.environ), "prefix": sys.prefix,
    "found": {name: find_spec(name) is not None for name in ("moto", "backroom_local")},
    "backroom": backroom.__file__, "orjson": orjson.__file__,
}))
"""


@pytest.fixture(scope="session")
def cloud_url() -> Iterator[str]:
    """URL of a moto."""
    with moto() as url:
        yield url


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an image of its own, `probe`, with the requirements of image_resize, and images that are broken."""
    folder = tmp_path_factory.mktemp("images")
    probe = folder / "probe"
    for name in ("probe", "shell_form", "no_such_package"):
        (folder / name).mkdir()
    (probe / "app.py").write_text(PROBE)
    (probe / "Dockerfile").write_text(
        'FROM python\nENV OF=image BOTH=image\nENTRYPOINT ["python", "app.py"]\nCMD ["x"]\n'
    )
    locked = ROOT / "containers" / "image_resize" / "requirements.txt"
    (probe / "requirements.txt").write_text(locked.read_text())
    (folder / "shell_form" / "Dockerfile").write_text("FROM python\nENTRYPOINT python app.py\n")
    (folder / "no_such_package" / "Dockerfile").write_text('FROM python\nCMD ["python"]\n')
    (folder / "no_such_package" / "requirements.txt").write_text("orjson==3.13.0\n")
    return folder


@pytest.fixture(scope="session")
def venvs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where virtual environments are made."""
    return tmp_path_factory.mktemp("venvs")


@pytest.fixture(scope="session")
def shop(cloud_url: str, images: Path, venvs: Path) -> Iterator[Shop]:
    """An executor that also runs commands on the host."""
    with opened(cloud_url, (images,), venvs) as made:
        yield made
