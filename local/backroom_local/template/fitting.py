"""CloudFormation's properties as the parameters of an API call, by the operation's shape in botocore's model.

CloudFormation writes `MaxvCpus` where Batch's API has `maxvCpus`, and "256" where it wants a number.
"""

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from backroom_local.service_models import service_model

_INTEGERS = ("integer", "long")
_FLOATS = ("float", "double")


def request(service: str, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Give the parameters of an operation (`CreateTable`) that a resource's properties name; others are left out."""
    shape = service_model(service).operation_model(operation).input_shape
    fitted: dict[str, Any] = fit(properties, shape) if shape is not None else {}
    return fitted


def fit(value: Any, shape: Shape) -> Any:
    """Give a value the form of a shape: members by their names whatever the case, scalars by their types."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        known = ((members[key.lower()], given) for key, given in value.items() if key.lower() in members)
        return {name: fit(given, member) for (name, member), given in known}
    if isinstance(shape, ListShape):
        values = value if isinstance(value, list) else [value]
        return [fit(member, shape.member) for member in values]
    if isinstance(shape, MapShape):
        return _fit_map(value, shape)
    return _fit_scalar(value, shape.type_name)


def _fit_map(value: Any, shape: MapShape) -> Any:
    """Fit the values of a map; a list of tags (Key, Value) becomes one."""
    if isinstance(value, list) and all(isinstance(tag, dict) and {"Key", "Value"} <= tag.keys() for tag in value):
        value = {tag["Key"]: tag["Value"] for tag in value}
    return {key: fit(member, shape.value) for key, member in value.items()}


def _fit_scalar(value: Any, kind: str) -> Any:
    """Give a scalar the type that the API wants."""
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind in _INTEGERS:
        return int(value)
    return float(value) if kind in _FLOATS else value
