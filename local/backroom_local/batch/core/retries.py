"""Whether an attempt that failed is worth another one (user guide, "Automated job retries" and "Job retry
strategies")."""

from backroom_local.batch.core.model import ExitRule, RetryPolicy
from backroom_local.batch.core.records import Attempt
from backroom_local.batch.core.words import ExitAction


def retries(policy: RetryPolicy, attempt: Attempt) -> bool:
    """Whether a failed attempt is followed by another.

    Attempts must be left. Of the rules of evaluateOnExit the first that matches decides; when none does, the job is
    retried.
    """
    if attempt.number >= policy.attempts:
        return False
    rule = next((rule for rule in policy.rules if _matches(rule, attempt)), None)
    return rule is None or rule.action is ExitAction.RETRY


def _matches(rule: ExitRule, attempt: Attempt) -> bool:
    """Whether every condition that the rule names holds."""
    exit_code = None if attempt.exit_code is None else str(attempt.exit_code)
    conditions = (
        (rule.on_exit_code, exit_code),
        (rule.on_reason, attempt.reason),
        (rule.on_status_reason, attempt.status_reason),
    )
    return all(matches(pattern, text) for pattern, text in conditions if pattern is not None)


def matches(pattern: str, text: str | None) -> bool:
    """Whether a text matches a pattern whose only sign is a `*` at the end; a missing text matches `*` alone."""
    if pattern.endswith("*"):
        return (text or "").startswith(pattern[:-1])
    return text == pattern
