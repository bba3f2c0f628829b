"""JSONata as Step Functions evaluates it: plain JSON in, plain JSON out, `undefined` an error.

jsonata-python keeps the instance in use in a thread-local (so that `$map` finds its environment) and the clock in the
instance, so one evaluation at a time: expressions are CPU work, and the interpreter runs one thread at a time anyway.
"""

import threading
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from backroom_local.engine import functions

_EVALUATING = threading.RLock()
_MOST_EXPRESSIONS = 2048


class ExpressionError(Exception):
    """An expression that Step Functions would answer with `States.QueryEvaluationError`; the message is its cause."""


def evaluate(expression: str, bindings: Mapping[str, Any]) -> Any:
    """Evaluate a JSONata expression (without `{% %}`) with variables by name (without `$`), all of them JSON values.

    Dates among the values count as ISO 8601 strings. Raises ExpressionError when the expression does not parse, fails,
    returns nothing or returns what is not JSON (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
    """
    with _EVALUATING:
        try:
            compiled = _compile(expression)
            Jsonata.CURRENT.jsonata = compiled
            result = compiled.evaluate(None, {**functions.BINDINGS, **_used(expression, bindings)})
        except JException as error:
            raise ExpressionError(_threw(expression, f"{_code(error)}{error}")) from error
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ExpressionError(_threw(expression, str(error))) from error
    return _result(expression, result)


@lru_cache(maxsize=_MOST_EXPRESSIONS)
def _compile(expression: str) -> Jsonata:
    """Parse an expression once; `null` and `undefined` stay apart in its results."""
    compiled = Jsonata(expression)
    compiled.set_output_convert_nulls(False)
    return compiled


def _threw(expression: str, why: str) -> str:
    """Say that an expression failed, in Step Functions' words."""
    return f"The JSONata expression '{expression}' threw an error: {why}"


def _code(error: JException) -> str:
    """Give JSONata's code of an error (`T2001: `), which `$error()` does not have."""
    code = getattr(error, "error", None)
    return f"{code}: " if code else ""


def _used(expression: str, bindings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the variables whose name occurs in the expression, as jsonata-python wants them."""
    return {name: _inward(value) for name, value in bindings.items() if name in expression}


def _inward(value: Any) -> Any:
    """Make a value plain JSON; a null at the top is jsonata-python's own, else it would be undefined."""
    return Utils.NULL_VALUE if value is None else _plain(value)


def _plain(value: Any) -> Any:
    """Copy a JSON value with dates as ISO 8601 strings."""
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _result(expression: str, result: Any) -> Any:
    """Turn a result of jsonata-python into plain JSON; raises ExpressionError for undefined and for functions."""
    if result is None:
        raise ExpressionError(f"The JSONata expression '{expression}' returned nothing (undefined).")
    try:
        return _outward(result)
    except TypeError as error:
        raise ExpressionError(f"The JSONata expression '{expression}' returned an unsupported result type.") from error


def _outward(value: Any) -> Any:
    """Copy a result as dict, list and scalars: jsonata-python's own lists would be flattened as an input."""
    if value is Utils.NULL_VALUE or value is None:
        return None
    if isinstance(value, Mapping):
        return {key: _outward(member) for key, member in value.items()}
    if isinstance(value, list | range):
        return [_outward(member) for member in value]
    if isinstance(value, str | bool | int | float):
        return value
    raise TypeError(type(value).__name__)
