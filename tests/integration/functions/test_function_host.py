"""Functions are invoked through the host, in real processes, as a caller of Lambda meets them."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from backroom_local.functions.invocation import Invocation
from backroom_local.template.resource import FunctionSource

from tests.integration.functions.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A host without functions."""
    made = Bench(tmp_path)
    yield made
    made.host.close()
    made.supervisor.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_process_stays_warm(bench: Bench) -> None:
    bench.register("handler")
    first, second = bench.answer({"n": "ä"}), bench.answer([1])
    assert (first["count"], second["count"], first["pid"]) == (1, 2, second["pid"])
    assert (first["event"], second["event"], first["beside"]) == ({"n": "ä"}, [1], "layer")


def test_changed_source_is_run_at_the_next_invocation(bench: Bench) -> None:
    bench.register("handler")
    before = bench.answer()
    (bench.layer / "python" / "beside.py").write_text("WORD = 'changed'\n")
    after = bench.answer()
    assert (before["beside"], after["beside"], after["count"]) == ("layer", "changed", 1)


def test_what_a_handler_sees_is_lambda(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_TWIN_ITSELF", "secret")
    bench.register("about", timeout=77, memory=300)
    seen = bench.answer()
    environment = seen["environment"]
    assert (seen["name"], seen["memory"], seen["version"]) == ("f", "300", "$LATEST")
    assert seen["arn"] == "arn:aws:lambda:eu-central-1:123456789012:function:f"
    assert 60_000 < seen["left"] <= 77_000
    assert (environment["WHOSE"], environment["AWS_REGION"], environment["_HANDLER"]) == (
        "own",
        "eu-central-1",
        "app.about",
    )
    assert environment["LAMBDA_TASK_ROOT"] == seen["cwd"] == seen["path"][0] == str(bench.source)
    assert "OF_THE_TWIN_ITSELF" not in environment
    assert not any(entry.endswith("backroom_local/functions") for entry in seen["path"])


def test_the_log_is_of_this_invocation_and_in_the_functions_group(bench: Bench) -> None:
    bench.register("about")
    bench.answer()
    log = bench.invoke().log
    assert [line.split()[0] for line in log.splitlines()] == ["START", "héllo", "[WARNING]", "END", "REPORT"]
    ((group, stream),) = bench.logs.streams
    assert group == "/log/f"
    assert "[$LATEST]" in stream
    assert len(bench.logs.all()) == 10


def test_an_error_names_its_type_and_begins_in_the_functions_code(bench: Bench) -> None:
    bench.register("fail")
    error = bench.error({"why": "because"})
    assert (error["errorType"], error["errorMessage"]) == ("OddError", "because")
    assert ["in fail" in error["stackTrace"][0], "in deep" in error["stackTrace"][1]] == [True, True]
    assert "[ERROR] OddError: because" in bench.logs.all()


@pytest.mark.parametrize(
    ("handler", "kind", "says"),
    [
        (
            "nowhere.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'nowhere': No module named 'nowhere'",
        ),
        ("app.nothing", "Runtime.HandlerNotFound", "Handler 'nothing' missing on module 'app'"),
        ("app", "Runtime.MalformedHandlerName", "Bad handler"),
        ("app.unserialisable", "Runtime.MarshalError", "Unable to marshal response"),
        ("broken.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'broken'"),
        ("raising.handler", "ZeroDivisionError", "division by zero"),
    ],
)
def test_errors_of_the_runtime_have_awss_names(bench: Bench, handler: str, kind: str, says: str) -> None:
    (bench.source / "broken.py").write_text("def handler(:\n")
    (bench.source / "raising.py").write_text("1 / 0\n")
    bench.host.register(
        FunctionSource("f", bench.source, handler, {}, (bench.layer,), 60, 512, "arn:aws:iam::1:role/r", "/log/f")
    )
    error = bench.error()
    assert error["errorType"] == kind
    assert says in error["errorMessage"]


def test_a_function_that_takes_too_long_is_killed_and_the_next_invocation_works(bench: Bench) -> None:
    bench.register("sleep", timeout=2)
    done = bench.invoke(600)
    assert json.loads(done.payload)["errorType"] == "Sandbox.Timedout"
    assert json.loads(done.payload)["errorMessage"].endswith(" Error: Task timed out after 2.00 seconds")
    assert "sleepy" in done.log
    assert bench.answer(0) == "awake"


@pytest.mark.parametrize(
    ("code", "says"),
    [(3, "Runtime exited with error: exit status 3"), (0, "Runtime exited without providing a reason")],
)
def test_a_function_that_ends_its_process_is_started_again(bench: Bench, code: int, says: str) -> None:
    bench.register("leave")
    error = bench.error(code)
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith(says)
    assert bench.error(code)["errorMessage"].endswith(says)


def test_a_function_over_its_memory_is_killed(bench: Bench) -> None:
    bench.register("greedy", memory=200)
    assert bench.error(3000)["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert bench.answer(10) == 10


def test_an_answer_over_the_limit_is_an_error(bench: Bench) -> None:
    bench.register("large")
    assert len(bench.answer(6_000_000)) == 6_000_000
    assert bench.error(7_000_000)["errorType"] == "Function.ResponseSizeTooLarge"


def test_invocations_at_once_have_processes_of_their_own(bench: Bench) -> None:
    bench.register("meet")
    folder = bench.folder / "met"
    folder.mkdir()
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(bench.answer, [str(folder)] * 3)) == ["met"] * 3


def test_an_event_is_tried_three_times_as_one_request(bench: Bench) -> None:
    bench.register("flaky")
    file = bench.folder / "tries"
    assert bench.invoke(str(file), "Event") == Invocation(202)
    until(lambda: file.exists() and len(file.read_text().splitlines()) == 3)
    assert len(set(file.read_text().splitlines())) == 1


def test_a_dry_run_and_an_unknown_function(bench: Bench) -> None:
    bench.register("leave")
    assert bench.invoke(1, "DryRun") == Invocation(204)
    assert not bench.logs.streams
    with pytest.raises(KeyError):
        bench.host.invoke("nobody", b"{}")


def test_a_function_without_source_says_so(bench: Bench) -> None:
    bench.source = bench.folder / "gone"
    bench.register("handler")
    error = bench.error()
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert "gone" in error["errorMessage"]


def test_what_is_closed_starts_nothing_and_can_be_closed_again(bench: Bench) -> None:
    bench.register("handler")
    bench.answer()
    bench.supervisor.close()
    assert bench.error()["errorType"] in ("Runtime.InvalidEntrypoint", "Runtime.ExitError")
    bench.supervisor.close()
