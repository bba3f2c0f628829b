"""`backroom console` as a user starts and ends it."""

import json
import signal
import socket
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from backroom_local.testing import Twin

from tests.e2e.command_line import CommandLine, clean_environment


@pytest.fixture
def backroom(twin: Twin, tmp_path: Path) -> CommandLine:
    return CommandLine(clean_environment(AWS_ENDPOINT_URL=twin.endpoint_url), tmp_path)


def address_of(process: "subprocess.Popen[str]") -> str:
    """Read the address that a console says it has."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("}"):
            break
    return str(json.loads(said)["address"])


def test_it_serves_this_machine_alone_and_ends_with_ctrl_c(backroom: CommandLine) -> None:
    process = backroom.start("console", "--no-open", "--json")
    try:
        address = address_of(process)
        assert urlsplit(address).hostname == "127.0.0.1"
        with urlopen(address) as answer:  # noqa: S310 - the console's own address
            assert "<title>Runs" in answer.read().decode()
        with pytest.raises(HTTPError, match="421"):
            urlopen(Request(address, headers={"Host": "evil.example"}))  # noqa: S310
        with urlopen(f"{address}live") as stream:  # noqa: S310
            assert stream.readline() == b": here\n", "an open stream keeps nobody from ending it"
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_port_that_is_taken_and_a_stack_that_is_not_there_are_said(backroom: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = backroom("console", "--no-open", "--port", str(port))
        assert done.returncode == 4
        assert f"port {port} cannot be had" in done.stderr
        nowhere = {**backroom.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    gone = CommandLine(nowhere, backroom.folder)("console", "--no-open")
    assert gone.returncode == 4
    assert "no twin answers" in gone.stderr
