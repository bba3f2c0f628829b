"""In which order the resources of a template can be created."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from backroom_local.template.errors import DanglingReferenceError, TemplateError
from backroom_local.template.intrinsics import references


def order(resources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Give the names of the resources so that each comes after those it refers to or DependsOn.

    Raises TemplateError naming the members of a cycle, DanglingReferenceError for a DependsOn on nothing.
    """
    graph = {name: _needs(name, resource, resources) for name, resource in resources.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise TemplateError(f"Resources depend on each other: {' -> '.join(error.args[1])}") from error


def _needs(name: str, resource: Mapping[str, Any], resources: Mapping[str, Any]) -> list[str]:
    """Give the names of the resources that one needs, each once, in the order of the template."""
    explicit = resource.get("DependsOn", [])
    explicit = [explicit] if isinstance(explicit, str) else explicit
    for other in explicit:
        if other not in resources:
            raise DanglingReferenceError(
                f"Resources.{name}: DependsOn names {other}, which is no resource that is created"
            )
    found = {*explicit, *references(resource.get("Properties", {}))}
    return [other for other in resources if other in found and other != name]
