"""Which actions on which resources a request is.

An operation is the action of its name, unless a table here says otherwise; several services ask for more than one.
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from backroom_local.access import acts_dynamodb, acts_s3, arns
from backroom_local.access.arns import Place
from backroom_local.access.asked import Asked
from backroom_local.access.evaluation import Call
from backroom_local.access.reference import UnknownActionError, forms, needs_resource

_PREFIXES: Final = {"stepfunctions": "states", "sesv2": "ses"}
"""boto3's name of a service -> IAM's, where they differ."""

_ACTIONS: Final = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "sns:PublishBatch": "sns:Publish",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""Service and operation -> the action that it is, where the names differ."""

_OF_ALL: Final = ("Describe", "List")
"""These are on `*` when they name nothing."""

_FREE: Final = ("sts:GetCallerIdentity",)
"""Nobody needs permission for these."""

Reader = Callable[[Asked, Place], Iterator[Call]]


def acts(asked: Asked, place: Place) -> list[Call]:
    """Give the calls that a request is; all of them must be allowed. None: it needs no permission.

    Raises UnknownActionError for what cannot be said to be an action on a resource.
    """
    calls = list(_READERS.get(asked.service, _named)(asked, place))
    return [_checked(call) for call in calls if call.action not in _FREE]


def _checked(call: Call) -> Call:
    """Give a call if AWS has such an action; one that knows no resources is on `*`. Raises UnknownActionError."""
    return call if forms(call.action) else Call(call.action, "*", call.context)


def _named(asked: Asked, place: Place) -> Iterator[Call]:
    """Give the call of an operation that is one action, on each resource that its parameters name."""
    prefix = _PREFIXES.get(asked.service, asked.service)
    action = _ACTIONS.get(f"{prefix}:{asked.operation}", f"{prefix}:{asked.operation}")
    if action in _FREE or not forms(action):
        yield Call(action, "*")
        return
    found = list(arns.made(asked.service, prefix, asked.parameters, place))
    if not found and (not needs_resource(action) or asked.operation.startswith(_OF_ALL)):
        found = ["*"]
    if not found:
        raise UnknownActionError(f"the twin does not know on what {action} acts: {sorted(asked.parameters)}")
    yield from (Call(action, arn, _tags(asked.parameters)) for arn in found)


def _tags(parameters: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the condition keys of the tags that a request brings: a list of Key and Value, or a map."""
    given = parameters.get("Tags") or parameters.get("tags") or {}
    pairs = given if isinstance(given, Mapping) else {tag.get("Key"): tag.get("Value", "") for tag in given}
    keys = {f"aws:requesttag/{key}".lower(): (str(value),) for key, value in pairs.items()}
    return {**keys, "aws:tagkeys": tuple(map(str, pairs))} if pairs else {}


def _batch(asked: Asked, place: Place) -> Iterator[Call]:
    """SubmitJob with tags tags the Batch job, whose id nobody knows yet."""
    yield from _named(asked, place)
    if asked.operation == "SubmitJob" and asked.parameters.get("tags"):
        yield Call("batch:TagResource", place.arn("batch", "job/*"), _tags(asked.parameters))


def _events(asked: Asked, place: Place) -> Iterator[Call]:
    """PutEvents is one call for each entry."""
    if asked.operation != "PutEvents":
        yield from _named(asked, place)
        return
    for entry in asked.parameters.get("Entries", ()):
        context = {"events:source": (entry.get("Source", ""),), "events:detail-type": (entry.get("DetailType", ""),)}
        yield Call("events:PutEvents", arns.bus(entry.get("EventBusName", "default"), place), context)


def _sts(asked: Asked, place: Place) -> Iterator[Call]:
    """AssumeRole with tags is TagSession as well, with a source identity SetSourceIdentity."""
    given = asked.parameters
    if not asked.operation.startswith("AssumeRole"):
        yield from _named(asked, place)
        return
    names = {
        "RoleSessionName": "sts:rolesessionname",
        "ExternalId": "sts:externalid",
        "SourceIdentity": "sts:sourceidentity",
    }
    context = {key: (str(given[name]),) for name, key in names.items() if name in given} | _tags(given)
    if given.get("TransitiveTagKeys"):
        context["sts:transitivetagkeys"] = tuple(given["TransitiveTagKeys"])
    more = (("Tags", "sts:TagSession"), ("SourceIdentity", "sts:SetSourceIdentity"))
    for action in (f"sts:{asked.operation}", *(action for name, action in more if given.get(name))):
        yield Call(action, given["RoleArn"], context)


_READERS: Final[Mapping[str, Reader]] = {
    "batch": _batch,
    "dynamodb": acts_dynamodb.read,
    "events": _events,
    "s3": acts_s3.read,
    "sts": _sts,
}
