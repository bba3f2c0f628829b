"""How containers end, and what is left of them: nothing."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from backroom_local.execution.interface import Ended

from tests.integration.execution.shop import SECONDS, Shop, opened

OUT_OF_MEMORY = Ended(137, "OutOfMemoryError: Container killed due to memory usage")


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 75", 75), ("kill -SEGV $$", 139)])
def test_an_exit_code_is_as_docker_says(shop: Shop, command: str, code: int) -> None:
    assert shop.run("sh", "-c", command)[0] == Ended(code)


def test_both_outputs_are_in_the_log_in_order_when_the_end_is_told(shop: Shop) -> None:
    _, log = shop.run("sh", "-c", "echo one; echo two >&2; echo; seq 3 20000; printf 'no newline'; exit 1")
    assert log[:3] == ["one", "two", "3"]
    watched = shop.started[next(reversed(shop.started))]
    assert watched.lines == ["one", "two", "", *map(str, range(3, 20001)), "no newline"]


def test_what_a_container_leaves_behind_is_killed_with_it(shop: Shop) -> None:
    began = time.monotonic()
    ended, log = shop.run("sh", "-c", "sleep 600 & echo $!; exit 0")
    assert ended == Ended(0)
    until(lambda: not alive(int(log[0])))
    assert time.monotonic() - began < 300


def test_terminate_lets_a_container_finish(shop: Shop) -> None:
    watched = shop.start("sh", "-c", "trap 'echo saved; exit 75' TERM; echo up; while :; do sleep 0.05; done")
    assert watched.wait_for_line() == "up"
    assert watched.running.is_set()
    assert watched.execution
    watched.execution.terminate(SECONDS)
    assert watched.wait() == Ended(75)
    assert shop.log(watched) == ["up", "saved"]


@pytest.mark.parametrize(("trap", "code"), [("-", 143), ("''", 137)])
def test_terminate_kills_whoever_does_not_listen(shop: Shop, trap: str, code: int) -> None:
    watched = shop.start("sh", "-c", f"trap {trap} TERM; echo up; while :; do sleep 0.05; done")
    watched.wait_for_line()
    assert watched.execution
    watched.execution.terminate(0.3 if code == 137 else SECONDS)
    assert watched.wait() == Ended(code)


def test_kill_is_at_once_and_stopping_what_has_ended_is_nothing(shop: Shop) -> None:
    watched = shop.start("sh", "-c", "trap '' TERM; echo up; sleep 600")
    watched.wait_for_line()
    assert watched.execution
    watched.execution.kill()
    assert watched.wait() == Ended(137)
    watched.execution.kill()
    watched.execution.terminate(0)
    shop.run("true")
    assert len(watched.ends) == 1


def test_a_container_over_its_memory_is_killed(shop: Shop) -> None:
    hog = "x = [bytes(1 << 20).replace(b'\\0', b'x') for _ in range(100_000)]"
    assert shop.run("python", "-c", hog, memory=200)[0] == OUT_OF_MEMORY


def test_memory_is_counted_over_all_processes(shop: Shop) -> None:
    child = "import os, time; [os.fork() for _ in range(2)]; x = b'x' * (80 << 20); time.sleep(600)"
    assert shop.run("python", "-c", child, memory=200)[0] == OUT_OF_MEMORY


def test_memory_that_forks_share_is_counted_once(shop: Shop) -> None:
    shared = (
        "import os, time; x = b'x' * (80 << 20); children = [os.fork() for _ in range(2)]; time.sleep(1); os._exit(0)"
    )
    assert shop.run("python", "-c", shared, memory=200)[0] == Ended(0)


def test_memory_within_the_limit_is_fine(shop: Shop) -> None:
    held = "import time; x = b'x' * (100 << 20); time.sleep(0.5)"
    assert shop.run("python", "-c", held, memory=200)[0] == Ended(0)


def test_a_burst_ends_each_once_and_keeps_nothing_open(shop: Shop) -> None:
    shop.run("true")
    before = len(list(Path("/dev/fd").iterdir()))
    many = [shop.start("true" if number % 2 else "false") for number in range(300)]
    assert [watched.wait().exit_code for watched in many] == [0 if number % 2 else 1 for number in range(300)]
    assert all(watched.running.is_set() and len(watched.ends) == 1 for watched in many)
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_a_callback_that_fails_harms_no_other_container(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    heard = threading.Event()

    def fail(_ended: Ended) -> None:
        heard.set()
        raise ValueError("a broken callback")

    shop.executor.start(shop.start("true").launch, lambda: None, fail)
    assert heard.wait(SECONDS)
    assert shop.run("true")[0] == Ended(0)
    assert "a broken callback" in caplog.text


def test_close_kills_and_tells(cloud_url: str, tmp_path: Path) -> None:
    with opened(cloud_url, (), tmp_path) as closing:
        watched = [closing.start("sh", "-c", "echo $$; trap '' TERM; sleep 600") for _ in range(3)]
        pids = [int(one.wait_for_line()) for one in watched]
        scratch = closing.executor.supervisor.keeper.scratch
        assert scratch.is_dir()
    assert [one.ends for one in watched] == [[Ended(137)]] * 3
    assert not any(map(alive, pids))
    assert not scratch.exists()


def test_signals_of_the_terminal_do_not_reach_a_container(shop: Shop) -> None:
    _, log = shop.run("python", "-c", "import os; print(os.getpid(), os.getpgid(0), os.getsid(0), os.isatty(0))")
    pid, group, session, terminal = log[0].split()
    assert pid == group == session
    assert terminal == "False"
    assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
