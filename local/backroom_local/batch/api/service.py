"""AWS Batch as botocore describes it: which operation a request means, and whether it has the right shape."""

import functools
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.validate import ParamValidator

from backroom_local.batch.api.errors import ClientError

TAGS_PATH = "/v1/tags/"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the operation and its parameters, those of the path among them."""

    operation: str
    parameters: dict[str, Any]


@functools.cache
def model() -> ServiceModel:
    """The service model of AWS Batch."""
    return botocore.session.get_session().get_service_model("batch")


@functools.cache
def _operations() -> dict[tuple[str, str], OperationModel]:
    """Operations by method and path; those of tags by the path without the ARN."""
    operations = [model().operation_model(name) for name in model().operation_names]
    return {(one.http["method"], one.http["requestUri"].partition("{")[0]): one for one in operations}


def operation(method: str, path: str) -> str | None:
    """The operation behind a method and a path, or None."""
    found = _operations().get((method, TAGS_PATH if path.startswith(TAGS_PATH) else path.rstrip("/")))
    return found.name if found else None


def parameters(name: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call, from wherever its shape puts them. Raises ClientError when they do not fit."""
    given = dict(body)
    if path.startswith(TAGS_PATH):
        given["resourceArn"] = unquote(path.removeprefix(TAGS_PATH))
        given |= {key: values for key, values in query.items() if key == "tagKeys"}
    shape = model().operation_model(name).input_shape
    if shape is None:
        return given
    report = ParamValidator().validate(given, shape)
    if report.has_errors():
        raise ClientError(report.generate_report())
    spelled: dict[str, Any] = _spelled(given, shape, "")
    return spelled


def _spelled(value: Any, shape: Any, path: str) -> Any:
    """The value with its enumerations as the model spells them; AWS takes `retry` for `RETRY`.

    botocore does not check enumerations. Raises ClientError for what is none of them.
    """
    if shape.type_name == "structure":
        known = {name: one for name, one in value.items() if name in shape.members}
        return {name: _spelled(one, shape.members[name], f"{path}.{name}") for name, one in known.items()}
    if shape.type_name == "list":
        return [_spelled(one, shape.member, path) for one in value]
    if shape.type_name == "map":
        return {key: _spelled(one, shape.value, path) for key, one in value.items()}
    return _spell(value, getattr(shape, "enum", None), path)


def _spell(value: Any, allowed: list[str] | None, path: str) -> Any:
    if not allowed:
        return value
    for one in allowed:
        if one.upper() == str(value).upper():
            return one
    raise ClientError(f"{path.lstrip('.')}: {value!r} is not one of {', '.join(allowed)}")
