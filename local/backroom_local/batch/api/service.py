"""AWS Batch as botocore describes it: which operation a request means, and whether it has the right shape."""

import functools
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape
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
    _check_enums(given, shape, "")
    return given


def _check_enums(value: Any, shape: Shape, path: str) -> None:
    """botocore does not check enumerations; AWS does. Upper and lower case are alike to it in evaluateOnExit only."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            if name in value:
                _check_enums(value[name], member, f"{path}.{name}".lstrip("."))
    elif shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value  # type: ignore[attr-defined]
        for one in value if shape.type_name == "list" else value.values():
            _check_enums(one, inner, path)
    else:
        _check_enum(value, shape, path)


def _check_enum(value: Any, shape: Shape, path: str) -> None:
    allowed = getattr(shape, "enum", None)
    if allowed and str(value).upper() not in {one.upper() for one in allowed}:
        raise ClientError(f"{path}: {value!r} is not one of {', '.join(allowed)}")
