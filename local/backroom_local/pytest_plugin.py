"""A pytest plugin: the fixture `twin`, a running twin of your own SAM template, for the whole session.

    [tool.pytest.ini_options]
    backroom_template = "template.yaml"

    def test_run(twin):
        execution = twin.start(twin.outputs["RunJobArn"], {"job": "image_resize"})
        assert twin.wait(execution)["status"] == "SUCCEEDED"

Everything else is imported only when the fixture is used, so the plugin costs other tests nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from backroom_local.testing import Twin

_OPTIONS: tuple[tuple[str, str, Any, Any], ...] = (
    (
        "backroom_template",
        "SAM template of the fixture `twin`, relative to the root of the tests",
        "string",
        "template.yaml",
    ),
    ("backroom_environment", "section of samconfig.toml beside it", "string", "local"),
    ("backroom_parameters", "template parameters, a line NAME=VALUE each", "linelist", []),
    ("backroom_containers", "further folders of containers", "linelist", []),
    ("backroom_python_path", "folders that functions and containers find on PYTHONPATH", "linelist", []),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings of the fixture."""
    for name, about, kind, default in _OPTIONS:
        parser.addini(name, about, kind, default)
    parser.addini("backroom_host_commands", "run foreign images' commands on the host", "bool", False)
    parser.addini("backroom_enforce_iam", "enforce the policies of the template's roles and resources", "bool", False)
    group = parser.getgroup("backroom")
    group.addoption("--backroom-template", help="SAM template of the fixture `twin`")


@pytest.fixture(scope="session")
def twin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin in a process of its own on a free port, with a state of its own, ended with the session."""
    from backroom_local.testing import Twin, from_ini

    settings = from_ini(request.config, tmp_path_factory.mktemp("twin"))
    with Twin.started(settings) as running:
        yield running
