"""A function host, a function's source and where its log goes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backroom_local.execution.logs import LogEvent
from backroom_local.execution.supervisor import Supervisor
from backroom_local.functions.environment import Surroundings
from backroom_local.functions.host import FunctionHost
from backroom_local.functions.invocation import Invocation
from backroom_local.template.resource import FunctionSource

HANDLER = """
import logging, os, subprocess, sys, time
import beside

count = 0

def handler(event, context):
    global count
    count += 1
    return {"count": count, "pid": os.getpid(), "event": event, "beside": beside.WORD}

def about(event, context):
    print("héllo from", context.function_name)
    logging.getLogger().warning("by logging")
    return {
        "name": context.function_name, "memory": context.memory_limit_in_mb, "version": context.function_version,
        "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ), "path": sys.path, "cwd": os.getcwd(),
    }

class OddError(Exception):
    pass

def deep(event):
    raise OddError(event["why"])

def fail(event, context):
    deep(event)

def leave(event, context):
    print("going")
    os._exit(event)

def sleep(event, context):
    print("sleepy", flush=True)
    time.sleep(event)
    return "awake"

def meet(folder, context):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    while len(os.listdir(folder)) < 3:
        time.sleep(0.01)
    return "met"

def unserialisable(event, context):
    return {1, 2}

def large(event, context):
    return "x" * event

def greedy(event, context):
    return len([b"1" * 1_000_000 for _ in range(event)])

def flaky(event, context):
    with open(event, "a") as file:
        file.write(context.aws_request_id + "\\n")
    if len(open(event).readlines()) < 3:
        raise OddError("not yet")
"""


class Lines:
    """A log store that keeps what it gets."""

    def __init__(self) -> None:
        self.streams: dict[tuple[str, str], list[str]] = {}

    def append(self, group: str, stream: str, events: Sequence[LogEvent]) -> None:
        """As LogStore."""
        self.streams.setdefault((group, stream), []).extend(event.message for event in events)

    def all(self) -> list[str]:
        """All lines of all streams."""
        return [line for lines in self.streams.values() for line in lines]


class Bench:
    """A host, and functions written into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.logs = folder, Lines()
        self.source, self.layer = folder / "source", folder / "layer"
        for place in (self.source, self.layer / "python"):
            place.mkdir(parents=True)
        (self.source / "app.py").write_text(HANDLER)
        (self.layer / "python" / "beside.py").write_text("WORD = 'layer'\n")
        self.supervisor = Supervisor()
        ambient = {"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "WHOSE": "twin"}
        around = Surroundings(ambient, (), folder)
        prefix = "arn:aws:lambda:eu-central-1:123456789012:function"
        self.host = FunctionHost(self.supervisor, self.logs, around, prefix, retry_delays=(0.05, 0.05))

    def register(self, handler: str, timeout: int = 60, memory: int = 512) -> None:
        """Register `app.HANDLER`, or another handler, as the function `f`."""
        reference = handler if "." in handler else f"app.{handler}"
        layers = (self.layer,)
        function = FunctionSource(
            "f", self.source, reference, {"WHOSE": "own"}, layers, timeout, memory, "arn:aws:iam::1:role/r", "/log/f"
        )
        self.host.register(function)

    def invoke(self, event: Any = None, kind: str = "RequestResponse") -> Invocation:
        """Invoke `f`."""
        return self.host.invoke("f", json.dumps(event).encode(), kind)

    def answer(self, event: Any = None) -> Any:
        """Invoke `f`, which must succeed."""
        done = self.invoke(event)
        assert (done.status, done.function_error) == (200, None), done
        return json.loads(done.payload)

    def error(self, event: Any = None) -> dict[str, Any]:
        """Invoke `f`, which must fail."""
        done = self.invoke(event)
        assert (done.status, done.function_error) == (200, "Unhandled"), done
        return json.loads(done.payload)  # type: ignore[no-any-return]
