"""Exit codes of containers in words: our own, and those by which a shell tells of a signal."""

import signal

from backroom.words import ExitCode

_OURS = {
    ExitCode.DONE: "done",
    ExitCode.BAD_DATA: "bad data: more items failed than the job tolerates",
    ExitCode.BUG: "a bug: the job's code raised what it did not expect",
    ExitCode.TRY_AGAIN: "asked to be tried again",
    ExitCode.NOT_ALLOWED: "not allowed: AWS refused what it asked for",
    ExitCode.WRONG_SETUP: "wrong set-up: a variable, a bucket or a definition is not as it has to be",
}
_SIGNALS = {
    signal.SIGKILL: "killed (SIGKILL): out of memory, or it did not stop in time",
    signal.SIGTERM: "told to stop (SIGTERM)",
    signal.SIGSEGV: "crashed in native code (SIGSEGV)",
    signal.SIGABRT: "gave up in native code (SIGABRT)",
    signal.SIGILL: "met an instruction that its processor does not have (SIGILL): built for another one?",
}
_OTHERS = {
    1: "an error that nobody caught",
    2: "wrong usage",
    126: "its command may not be run",
    127: "no such command",
}
_BY_SIGNAL = 128


def exit_in_words(code: int | None) -> str:
    """Say what an exit code means; empty where there is none, or nothing to say."""
    if code is None:
        return ""
    if code in _OURS:
        return _OURS[ExitCode(code)]
    number = code - _BY_SIGNAL
    if number in set(signal.Signals):
        return _SIGNALS.get(signal.Signals(number), f"ended by {signal.Signals(number).name}")
    return _OTHERS.get(code, "")
