"""The exit codes of the command line (docs/operations.md)."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command says with its exit code. 2 is click's own for wrong usage, 130 the shell's for Ctrl-C."""

    OK = 0
    UNSUCCESSFUL = 1
    """A run that was waited for ended otherwise than well, or a check of the stack failed."""
    USAGE = 2
    """The command line, or a value given by it, makes no sense."""
    UNKNOWN = 3
    """There is no such run, job, tenant or portion."""
    UNREACHABLE = 4
    """No twin, no stack, no credentials, no network."""
    REFUSED = 5
    """AWS, or a function of the stack, answered with an error."""
    INTERRUPTED = 130
