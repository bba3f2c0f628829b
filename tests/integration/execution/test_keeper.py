"""Nothing outlives the twin, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.execution.test_endings import alive, until

TWIN = """
import sys, threading
from pathlib import Path
from backroom_local.execution.program import Program
from backroom_local.execution.supervisor import Supervisor

class Watcher:
    def output(self, lines):
        print(*lines, sep="\\n", flush=True)
    def ended(self, result):
        pass

supervisor = Supervisor()
print("scratch", supervisor.keeper.scratch, flush=True)
script = "trap '' TERM HUP; echo leader $$; sleep 600 & echo child $!; setsid sleep 600 & echo escaped $!; wait"
supervisor.run(supervisor.spawn, Program(("sh", "-c", script), {"PATH": "/usr/bin:/bin"}, Path("/")), Watcher())
threading.Event().wait()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_the_twins_sudden_end_is_the_end_of_all_it_started(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", TWIN], stdout=subprocess.PIPE, text=True) as twin:
        assert twin.stdout
        told = dict(twin.stdout.readline().split() for _ in range(4))
        pids = [int(told[name]) for name in ("leader", "child") + ("escaped",) * sys.platform.startswith("linux")]
        assert all(map(alive, pids))
        os.kill(twin.pid, how)
    until(lambda: not any(map(alive, pids)))
    until(lambda: not Path(told["scratch"]).exists())
