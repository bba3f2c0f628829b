"""What runs inside a function's process: imports the handler once, then answers one invocation after the other.

Run as a script: `python -P bootstrap.py DESCRIPTOR HANDLER`, where DESCRIPTOR is a connected socket. It needs nothing
but the standard library, and behaves as AWS's own runtime (awslambdaric) where a handler or its caller can tell.
"""

import importlib
import io
import json
import logging
import math
import os
import resource
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any, "Context"], Any]
_HEAD = struct.Struct("!II")
_OWN = (__file__, importlib.__file__, "<frozen importlib._bootstrap>")


def send(connection: socket.socket, header: dict[str, Any], payload: bytes) -> None:
    """Send one message. Raises OSError when the other side is gone."""
    head = json.dumps(header).encode()
    connection.sendall(_HEAD.pack(len(head), len(payload)) + head + payload)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Receive one message. Raises EOFError when the other side is gone, TimeoutError as the socket says."""
    head, payload = _HEAD.unpack(_exactly(connection, _HEAD.size))
    return json.loads(_exactly(connection, head)), _exactly(connection, payload)


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts, left = [], size
    while left:
        part = connection.recv(min(left, 1 << 20))
        if not part:
            raise EOFError("the other side has closed the connection")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@dataclass(frozen=True)
class Context:
    """The handler's second argument, as far as a function invoked by the API sees it."""

    aws_request_id: str
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    client_context: None = None
    identity: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is killed."""
        return max(0, int((self.deadline - time.time()) * 1000))


def make_context(header: dict[str, Any], environment: Mapping[str, str]) -> Context:
    """Make the context of an invocation from its header."""
    return Context(
        aws_request_id=header["id"],
        invoked_function_arn=header["arn"],
        function_name=environment["AWS_LAMBDA_FUNCTION_NAME"],
        function_version=environment["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        log_group_name=environment["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=environment["AWS_LAMBDA_LOG_STREAM_NAME"],
        deadline=header["deadline"],
    )


class FunctionFault(Exception):  # noqa: N818 - AWS's word for what a function's author has to mend
    """An error that is not the handler's own: `kind` is what AWS calls it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def find_handler(reference: str) -> Handler:
    """Import `MODULE.FUNCTION`. Raises FunctionFault, or what the module raises when it is imported."""
    module, _, name = reference.rpartition(".")
    if not module:
        raise FunctionFault("Runtime.MalformedHandlerName", f"Bad handler '{reference}': write MODULE.FUNCTION")
    try:
        handler: Handler | None = getattr(importlib.import_module(module.replace("/", ".")), name, None)
    except ImportError as error:
        raise FunctionFault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        raise FunctionFault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}") from error
    if handler is None:
        raise FunctionFault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return handler


def answer(handler: Handler, context: Context, payload: bytes) -> bytes:
    """Call the handler with JSON and give its answer as JSON. Raises FunctionFault, or what the handler raises."""
    try:
        event = json.loads(payload or b"{}")
    except ValueError as error:
        raise FunctionFault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
    result = handler(event, context)
    try:
        return json.dumps(result, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise FunctionFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def describe(error: BaseException, request_id: str) -> dict[str, Any]:
    """Give the error object that a caller gets, its stack beginning in the function's own code."""
    if isinstance(error, FunctionFault):
        return {"errorMessage": str(error), "errorType": error.kind, "requestId": request_id, "stackTrace": []}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in _OWN]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def log_error(error: dict[str, Any]) -> None:
    """Write an error as AWS's runtime does."""
    print(f"[ERROR] {error['errorType']}: {error['errorMessage']}")
    if error["stackTrace"]:
        print("Traceback (most recent call last):", *error["stackTrace"], sep="\n")


def prepare(reference: str) -> tuple[Handler, bool]:
    """Find the handler; of one that cannot be imported, give one that raises why, and False."""
    try:
        return find_handler(reference), True
    except Exception as error:
        failure = error

    def broken(_event: Any, _context: Context) -> Any:
        raise failure

    return broken, False


def attempt(handler: Handler, header: dict[str, Any], payload: bytes) -> tuple[bool, bytes]:
    """Answer one invocation and frame its log; gives whether it failed, and the answer or the error object."""
    began = time.perf_counter()
    print(f"START RequestId: {header['id']} Version: $LATEST")
    try:
        failed, body = False, answer(handler, make_context(header, os.environ), payload)
    except Exception as error:
        described = describe(error, header["id"])
        log_error(described)
        failed, body = True, json.dumps(described).encode()
    milliseconds = (time.perf_counter() - began) * 1000
    print(f"END RequestId: {header['id']}")
    print(
        f"REPORT RequestId: {header['id']}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {os.environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']} MB",
        f"Max Memory Used: {_most_memory_mb()} MB",
        sep="\t",
    )
    sys.stdout.flush()
    return failed, body


def _most_memory_mb() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // (1024 * 1024)


def serve(connection: socket.socket, reference: str) -> None:
    """Answer invocations until the host hangs up. A process whose handler cannot be imported answers one with why."""
    handler, usable = prepare(reference)
    send(connection, {"imported": usable}, b"")
    while True:
        try:
            header, payload = receive(connection)
        except EOFError:
            return
        failed, body = attempt(handler, header, payload)
        send(connection, {"failed": failed, "usable": usable}, body)


def main(descriptor: int, reference: str) -> None:
    """Set the process up as Lambda does and serve."""
    os.set_inheritable(descriptor, False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(stream=sys.stdout, format="[%(levelname)s]\t%(asctime)s\t%(message)s")
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    serve(socket.socket(fileno=descriptor), reference)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
