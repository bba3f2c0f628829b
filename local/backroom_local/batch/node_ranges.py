"""Node ranges of multi-node jobs: `0:3`, `4:`, `:`, `2`; a later, narrower range wins over an earlier one.

API reference, NodeRangeProperty: "you can nest node ranges (0:10 and 4:5); the 4:5 range properties override".
"""

from collections.abc import Iterable

from backroom_local.batch.catalog import Document


class NodeRangeError(ValueError):
    """A range is not written as one, or names nodes that are not there."""


def indexes(text: str, count: int) -> range:
    """The node indexes of a range, as far as there are so many. Raises NodeRangeError."""
    low, colon, high = text.partition(":")
    if not all(part == "" or part.isdigit() for part in (low, high)) or (not colon and not low):
        raise NodeRangeError(f"{text!r} is no range of nodes; write 0:3, 4: or 2")
    first = int(low) if low else 0
    last = first if not colon else int(high) if high else count - 1
    if first > last or first >= count:
        raise NodeRangeError(f"the range {text!r} does not lie within the {count} nodes")
    return range(first, min(last + 1, count))


def node_count(properties: Document, overrides: Document) -> int:
    """How many nodes a job has."""
    return int(overrides.get("numNodes", properties["numNodes"]))


def node_documents(properties: Document | None, overrides: Document) -> list[tuple[Document, Document]]:
    """Container properties and override of each node, by index; nothing for a job without nodes.

    Raises NodeRangeError, also when a node has no properties.
    """
    if properties is None:
        return []
    count = node_count(properties, overrides)
    base = _by_node(properties["nodeRangeProperties"], "container", count)
    over = _by_node(overrides.get("nodePropertyOverrides", ()), "containerOverrides", count)
    missing = [index for index in range(count) if index not in base]
    if missing:
        raise NodeRangeError(f"nodeRangeProperties says nothing about node {missing[0]}")
    return [(base[index], over.get(index, {})) for index in range(count)]


def _by_node(ranges: Iterable[Document], key: str, count: int) -> dict[int, Document]:
    spans = [(indexes(one["targetNodes"], count), one.get(key, {})) for one in ranges]
    widest_first = sorted(spans, key=lambda span: -len(span[0]))
    return {index: document for span, document in widest_first for index in span}
