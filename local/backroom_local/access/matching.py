"""Patterns of policies: `*`, `?`, and variables such as `${aws:PrincipalTag/tenant}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html and
reference_policies_elements_resource.html beside it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""Condition key, in small letters -> its values in a request; absent keys are not there."""

_TOKEN = re.compile(r"\$\{([^}]*)\}|\*|\?")
_DEFAULT = re.compile(r"\s*(?P<key>[^,]+?)\s*(?:,\s*'(?P<value>[^']*)'\s*)?")
_LITERALS = ("*", "?", "$")
_ARN_PARTS = 6


def like(pattern: str, value: str) -> bool:
    """Say whether a text fits a pattern of `*` and `?`; small and capital letters differ."""
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Make a regular expression of a pattern without variables."""
    return re.compile("".join(_piece(part) for part in re.split(r"([*?])", pattern)), re.DOTALL)


def _piece(part: str) -> str:
    """Give what a part of a pattern is as a regular expression."""
    return {"*": ".*", "?": "."}.get(part) or re.escape(part)


def fits_action(pattern: str, action: str) -> bool:
    """Say whether an action fits a pattern; actions do not tell small letters from capital ones."""
    return like(pattern.lower(), action.lower())


def fits_arn(pattern: str, arn: str, context: Context, variables: bool = True) -> bool:
    """Say whether an ARN fits a pattern, part by part: a wildcard reaches over a colon in the last part only.

    A variable that the request has no single value for fits nothing.
    """
    if pattern == "*":
        return True
    wanted = _split(pattern)
    found = arn.split(":", len(wanted) - 1)
    pairs = zip(wanted, found, strict=False)
    return len(found) == len(wanted) and all(fits(part, value, context, variables) for part, value in pairs)


def _split(pattern: str) -> list[str]:
    """Cut a pattern of an ARN at the colons that are not in a variable."""
    masked = _TOKEN.sub(lambda token: token[0].replace(":", "\0"), pattern)
    return [part.replace("\0", ":") for part in masked.split(":", _ARN_PARTS - 1)]


def fits(pattern: str, value: str, context: Context, variables: bool = True) -> bool:
    """Say whether a text fits a pattern with variables; what a variable stands for is taken literally."""
    if not variables or "${" not in pattern:
        return like(pattern, value)
    expression, at = "", 0
    for token in _TOKEN.finditer(pattern):
        expression += re.escape(pattern[at : token.start()])
        meant = _piece(token[0]) if token[1] is None else _literal(token[1], context)
        if meant is None:
            return False
        expression, at = expression + meant, token.end()
    return re.fullmatch(expression + re.escape(pattern[at:]), value, re.DOTALL) is not None


def filled(text: str, context: Context, variables: bool = True) -> str | None:
    """Give a text with its variables replaced, `*` and `?` as they are; None where the request has no value for one."""
    parts, at = [], 0
    for token in _TOKEN.finditer(text) if variables else ():
        meant = token[0] if token[1] is None else _value(token[1], context)
        if meant is None:
            return None
        parts += [text[at : token.start()], meant]
        at = token.end()
    return "".join([*parts, text[at:]])


def _literal(variable: str, context: Context) -> str | None:
    """Give a variable's value as a regular expression that fits it only."""
    value = _value(variable, context)
    return None if value is None else re.escape(value)


def _value(variable: str, context: Context) -> str | None:
    """Give a variable's value: `*`, `?` and `$` stand for themselves; `KEY, 'TEXT'` has a default."""
    if variable in _LITERALS:
        return variable
    parsed = _DEFAULT.fullmatch(variable)
    if parsed is None:
        return None
    values = context.get(parsed["key"].lower(), ())
    return values[0] if len(values) == 1 else parsed["value"]
