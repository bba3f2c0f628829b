"""An engine whose command is there but does not answer is an error that says so."""

from pathlib import Path

import pytest
from backroom_local.execution.engine import Engine, EngineError


def test_an_engine_that_hangs_is_given_up(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexec /bin/sleep 600\n")
    docker.chmod(0o755)
    podman = tmp_path / "podman"
    podman.write_text("#!/bin/sh\necho 'no machine runs' >&2\nexit 125\n")
    podman.chmod(0o755)
    said = r"docker: `info` was not answered in 0.5 s; podman: no machine runs\): start one, or leave --containers out"
    with pytest.raises(EngineError, match=said):
        Engine.find({"PATH": str(tmp_path)}, patience=0.5)
