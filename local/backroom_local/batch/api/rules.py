"""Checks that AWS makes beyond the shapes of its models, in its words where they are known.

Each raises ClientError. Sources are named where a rule is; a sentence that AWS's own could not be found for says the
same in ours.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from backroom_local.batch.api.errors import ClientError, NotEmulatedError

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}")
SHARE = re.compile(r"[a-zA-Z0-9]{1,255}")
PATTERN = re.compile(r"[A-Za-z0-9.:\s]{0,511}\*?")
EXIT_CODE = re.compile(r"[0-9]{0,511}\*?")
RESERVED_PREFIX = "AWS_BATCH"
MOST_TAGS = 50
MOST_DEPENDENCIES = 20
MOST_EXIT_RULES = 5
MOST_CLAIMS = 5
SMALLEST_TIMEOUT = 60
ARRAY_SIZES = range(2, 10_001)
LARGEST_STOP_TIMEOUT = 120
FARGATE_MEMORY: Mapping[str, Iterable[int]] = {
    "0.25": (512, 1024, 2048),
    "0.5": range(1024, 4096 + 1, 1024),
    "1": range(2048, 8192 + 1, 1024),
    "2": range(4096, 16384 + 1, 1024),
    "4": range(8192, 30720 + 1, 1024),
    "8": range(16384, 61440 + 1, 4096),
    "16": range(32768, 122880 + 1, 8192),
}
"""MiB for each number of vCPUs (API reference, ResourceRequirement)."""


def refuse(wrong: Any, sentence: str) -> None:
    """Raise a ClientError with this sentence if something is wrong."""
    if wrong:
        raise ClientError(sentence)


def name(value: str, what: str) -> None:
    """Letters, digits, hyphens and underscores, at most 128, the first a letter or digit."""
    refuse(not NAME.fullmatch(value), f"{what} should match valid pattern")


def tags(given: Mapping[str, str]) -> None:
    """At most 50 tags; keys of at most 128 characters that do not begin with `aws:`, values of at most 256."""
    refuse(len(given) > MOST_TAGS, f"Maximum number of tags supported is {MOST_TAGS}")
    for key, value in given.items():
        refuse(key.lower().startswith("aws:"), f"Tag key {key} must not begin with aws:")
        refuse(not 1 <= len(key) <= 128 or len(value) > 256, f"Tag {key} is too long")


def retry_strategy(strategy: Mapping[str, Any]) -> None:
    """1 to 10 attempts; at most five rules, each with a condition, patterns of letters, digits, `.`, `:`, blanks, `*`
    last."""
    attempts, rules = strategy.get("attempts"), strategy.get("evaluateOnExit", ())
    refuse(rules and attempts is None, "RetryAttempts must be provided with retry strategy")
    refuse(attempts is not None and not 1 <= attempts <= 10, "Retry attempts must be between 1 and 10")
    refuse(len(rules) > MOST_EXIT_RULES, f"evaluateOnExit can have at most {MOST_EXIT_RULES} entries")
    for rule in rules:
        _exit_rule(rule)


def _exit_rule(rule: Mapping[str, str]) -> None:
    conditions = {key: value for key, value in rule.items() if key != "action"}
    refuse(not conditions, "evaluateOnExit: at least one of onStatusReason, onReason and onExitCode must be given")
    for key, value in conditions.items():
        allowed = EXIT_CODE if key == "onExitCode" else PATTERN
        refuse(not allowed.fullmatch(value), f"evaluateOnExit.{key}: {value!r} is not a valid pattern")


def timeout(given: Mapping[str, Any]) -> None:
    """At least 60 seconds (API reference, JobTimeout)."""
    seconds = given.get("attemptDurationSeconds")
    refuse(
        seconds is not None and seconds < SMALLEST_TIMEOUT, "AttemptDurationSeconds must be greater than or equal to 60"
    )


def environment_variables(entries: Iterable[Mapping[str, str]]) -> None:
    """Names that begin with AWS_BATCH are Batch's own (API reference, ContainerProperties.environment)."""
    for entry in entries:
        refuse(
            entry.get("name", "").startswith(RESERVED_PREFIX),
            f"Environment variable names cannot start with {RESERVED_PREFIX}: {entry.get('name')}",
        )


def array_size(size: int | None) -> None:
    """2 to 10,000 (API reference, ArrayProperties)."""
    refuse(size is not None and size not in ARRAY_SIZES, "Array size must be between 2 and 10000")


def claims(properties: Mapping[str, Any]) -> None:
    """At most five consumable resources a job, each of at least one unit."""
    entries = properties.get("consumableResourceList", ())
    refuse(len(entries) > MOST_CLAIMS, f"A job can require at most {MOST_CLAIMS} consumable resources")
    refuse(
        any(entry.get("quantity", 0) < 1 for entry in entries), "A consumable resource's quantity must be at least 1"
    )


def resources(requirements: Mapping[str, str], *, fargate: bool) -> None:
    """vCPU and memory: both, as numbers; on Fargate one of its pairs. GPUs are not emulated."""
    if "GPU" in requirements:
        raise NotEmulatedError("a GPU (resourceRequirements)")
    refuse("VCPU" not in requirements, "Container properties must specify VCPU resource requirements")
    refuse("MEMORY" not in requirements, "Container properties must specify MEMORY resource requirements")
    try:
        vcpus, memory = float(requirements["VCPU"]), int(requirements["MEMORY"])
    except ValueError:
        raise ClientError(f"resourceRequirements: {dict(requirements)} are not numbers") from None
    refuse(memory < 4, "Container memory must be at least 4 MiB")
    if fargate:
        allowed = FARGATE_MEMORY.get(f"{vcpus:g}", ())
        refuse(memory not in allowed, f"Fargate resource requirements ({vcpus:g} vCPU, {memory} MiB) not valid.")
    else:
        refuse(vcpus < 1 or vcpus != int(vcpus), "VCPU must be a whole number of at least 1 on EC2")
