"""The policies that hold on the twin, as moto keeps them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from backroom_local.access.evaluation import Applicable, Call, Kind, ResourcePolicies
from backroom_local.access.policy import CURRENT, Policy, parse
from backroom_local.access.principals import Principal
from backroom_local.server.functions import name_of

_COLONS: Final = 5
"""Before the last part of an ARN."""


def leave_buckets_to_the_guard() -> None:
    """Have moto ask no policy of a bucket: it knows no conditions, and the guard has asked already."""
    from moto.iam.access_control import PermissionResult

    def neither(_self: Any, _action: str, _resource: str) -> Any:
        """Say nothing for or against an action."""
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = neither


class Directory:
    """Looks policies up where moto has them; what was changed a moment ago holds."""

    def __init__(self, account: str, region: str) -> None:
        """Take the account and the region."""
        self._account, self._region = account, region

    def applicable(self, principal: Principal, call: Call) -> Applicable:
        """Give the policies that a call is measured by."""
        role = self._role(principal.role_arn) if principal.role_arn else None
        trust = self._role(call.resource) if call.action.startswith("sts:") else None
        if trust is not None:
            resource: Policy | None = parse(_text(trust.assume_role_policy_document))
            counts, kind = ResourcePolicies.NEEDED, Kind.TRUST
        else:
            resource, kind = self._of_resource(call.resource), Kind.RESOURCE
            counts = ResourcePolicies.NEEDED if call.action.startswith("kms:") and resource else ResourcePolicies.ENOUGH
        return Applicable(
            identity=tuple(_of_role(role)) if role else (),
            boundary=self._boundary(role) if role else None,
            session=principal.session,
            resource=resource,
            counts=counts,
            resource_kind=kind,
        )

    def identity(self, role_arn: str) -> tuple[Policy, ...]:
        """Give the policies of a role; none for one that is not there."""
        role = self._role(role_arn)
        return tuple(_of_role(role)) if role else ()

    def managed(self, arn: str) -> Policy:
        """Give a managed policy by its ARN; one that is not there allows nothing."""
        found = self._iam.managed_policies.get(arn)
        return _in_force(found) if found else Policy(())

    def resolve(self, service: str, name: str) -> str | None:
        """Give the ARN of a secret by its name, of a key by its id or alias, of what sends for an address."""
        if service == "secretsmanager":
            secret = secretsmanager_backends[self._account][self._region].secrets.get(name)
            return str(secret.arn) if secret else None
        if service == "kms":
            backend = kms_backends[self._account][self._region]
            key = backend.keys.get(backend.any_id_to_key_id(name))
            return str(key.arn) if key else None
        return self._sender(name)

    def _sender(self, address: str) -> str:
        """Give the identity of SES by which an address sends: itself if it is verified, else its domain."""
        known = ses_backends[self._account][self._region].email_identities
        domain = address.rpartition("@")[2]
        name = domain if address not in known and domain in known else address
        return f"arn:aws:ses:{self._region}:{self._account}:identity/{name}"

    @property
    def _iam(self) -> Any:
        """moto's IAM."""
        return iam_backends[self._account]["aws"]

    def _role(self, arn: str) -> Any:
        """Find a role; None where there is none."""
        return next((role for role in self._iam.get_roles() if role.arn == arn), None)

    def _boundary(self, role: Any) -> Policy | None:
        """Give the permissions boundary of a role."""
        return self.managed(role.permissions_boundary_arn) if role.permissions_boundary_arn else None

    def _of_resource(self, arn: str) -> Policy | None:
        """Give the policy of a resource of a kind that has one."""
        service, rest = arn.split(":")[2] if arn.count(":") >= _COLONS else "", arn.split(":", _COLONS)[-1]
        found = _OF_RESOURCES[service](self._account, self._region, arn, rest) if service in _OF_RESOURCES else None
        return parse(_text(found)) if found else None


def _of_bucket(account: str, _region: str, _arn: str, rest: str) -> Any:
    bucket = s3_backends[account]["aws"].buckets.get(rest.partition("/")[0])
    return bucket.policy if bucket else None


def _of_queue(account: str, region: str, _arn: str, rest: str) -> Any:
    queue = sqs_backends[account][region].queues.get(rest)
    return queue.policy if queue else None


def _of_topic(account: str, region: str, arn: str, _rest: str) -> Any:
    topic = sns_backends[account][region].topics.get(arn)
    return topic.policy if topic else None


def _of_key(account: str, region: str, _arn: str, rest: str) -> Any:
    key = kms_backends[account][region].keys.get(rest.removeprefix("key/"))
    return key.policy if key else None


def _of_secret(account: str, region: str, arn: str, _rest: str) -> Any:
    secret = secretsmanager_backends[account][region].secrets.get(arn)
    return secret.policy if secret else None


def _of_function(account: str, region: str, arn: str, _rest: str) -> Any:
    function = lambda_simple_backends[account][region]._lambdas._functions.get(name_of(arn))
    statements = function["latest"].policy.statements if function else []
    return json.dumps({"Version": CURRENT, "Statement": statements}) if statements else None


_OF_RESOURCES: Final[Mapping[str, Callable[[str, str, str, str], Any]]] = {
    "kms": _of_key,
    "lambda": _of_function,
    "s3": _of_bucket,
    "secretsmanager": _of_secret,
    "sns": _of_topic,
    "sqs": _of_queue,
}
"""Service -> (account, region, ARN, its last part) -> the text of the resource's policy, or None."""


def _of_role(role: Any) -> Iterator[Policy]:
    """Give the inline and the managed policies of a role."""
    yield from (parse(_text(text)) for text in role.policies.values())
    yield from (_in_force(policy) for policy in role.managed_policies.values())


def _in_force(managed: Any) -> Policy:
    """Give the version of a managed policy that is in force."""
    return next(parse(_text(version.document)) for version in managed.versions if version.is_default)


def _text(document: Any) -> str:
    """Give a document of moto's as the text that is parsed once."""
    return document.decode() if isinstance(document, bytes) else str(document)
