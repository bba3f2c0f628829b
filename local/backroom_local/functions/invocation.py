"""What an invocation gives its caller, and the errors that are not the function's own.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

from dataclasses import dataclass

import orjson

UNHANDLED = "Unhandled"
MOST_ANSWER_BYTES = 6 * 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


@dataclass(frozen=True, slots=True)
class Invocation:
    """Status (200 answered, 202 taken on, 204 dry run), answer or error object, and the log of this invocation."""

    status: int
    payload: bytes = b""
    function_error: str | None = None
    """Value of the header X-Amz-Function-Error; None when all went well."""
    log: str = ""


def failure(kind: str, message: str, log: str = "") -> Invocation:
    """An error that Lambda itself reports."""
    return Invocation(200, orjson.dumps({"errorType": kind, "errorMessage": message}), UNHANDLED, log)


def timed_out(request_id: str, seconds: float, log: str) -> Invocation:
    """The function ran longer than its timeout."""
    return failure(
        "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds", log
    )


def crashed(request_id: str, code: int, log: str) -> Invocation:
    """The function's process ended in the middle; `code` is its exit code, 128 + N for signal N."""
    how = f"exited with error: {_how(code)}" if code else "exited without providing a reason"
    return failure("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime {how}", log)


def _how(code: int) -> str:
    signals = {134: "aborted", 137: "killed", 139: "segmentation fault", 143: "terminated"}
    return f"signal: {signals[code]}" if code in signals else f"exit status {code}"


def answered(failed: bool, body: bytes, log: str) -> Invocation:
    """What the handler gave or raised."""
    if len(body) > MOST_ANSWER_BYTES:
        limit = f"Response payload size exceeded maximum allowed payload size ({MOST_ANSWER_BYTES} bytes)."
        return failure("Function.ResponseSizeTooLarge", limit, log)
    return Invocation(200, body, UNHANDLED if failed else None, log)
