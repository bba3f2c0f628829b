"""The shapes of an operation in botocore's model, found by the engine's names for service and action."""

from functools import cache

from botocore import xform_name
from botocore.model import Shape

from backroom_local.service_models import service_model


def input_shape(service: str, action: str) -> Shape | None:
    """Give the shape of a request, or None where it takes nothing; `action` is snake case, as boto3's method."""
    return _shapes(service).get(action, (None, None))[0]


def output_shape(service: str, action: str) -> Shape | None:
    """Give the shape of a response, or None where the operation gives nothing."""
    return _shapes(service).get(action, (None, None))[1]


@cache
def _shapes(service: str) -> dict[str, tuple[Shape | None, Shape | None]]:
    """Load a service's operations once: method name -> request and response."""
    model = service_model(service)
    operations = (model.operation_model(name) for name in model.operation_names)
    return {xform_name(operation.name): (operation.input_shape, operation.output_shape) for operation in operations}
