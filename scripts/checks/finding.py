"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What is checked."""

    DANGLING_NEXT = "dangling-next"
    UNREACHABLE = "unreachable-state"
    NO_WAY_ON = "no-way-on"
    UNKNOWN_RESOURCE = "unknown-resource"
    UNKNOWN_PARAMETER = "unknown-parameter"
    MISSING_PARAMETER = "missing-parameter"
    UNREADABLE_ARGUMENTS = "unreadable-arguments"
    WRONG_CASE = "wrong-case"
    WRONG_VALUE = "wrong-value"
    NO_TIMEOUT = "no-timeout"
    LONG_HEARTBEAT = "long-heartbeat"
    ALL_NOT_LAST = "states-all-not-last"
    BLIND_RESUBMIT = "blind-resubmit"
    BAD_EXPRESSION = "bad-expression"
    DANGLING_VARIABLE = "dangling-variable"
    SHADOWED_VARIABLE = "shadowed-variable"
    UNKNOWN_FUNCTION = "unknown-function"
    NOT_PORTABLE = "not-portable"
    SUBSTITUTION = "substitution"
    MISSING_PERMISSION = "missing-permission"
    LOOPS_DISAGREE = "loops-disagree"
    RESERVED_NAME = "reserved-name"
    WRONG_NODES = "wrong-nodes"
    WRONG_COMPUTE = "wrong-compute"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: by which rule, at which state, and how it would be right."""

    rule: Rule
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.rule}]"
