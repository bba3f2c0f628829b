"""What the policies of a rendered template allow: the evaluator that guards the twin, without a twin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backroom_local.access.evaluation import Applicable, Call, Judge, Kind, ResourcePolicies
from backroom_local.access.keys import known
from backroom_local.access.policy import Policy, from_document
from backroom_local.access.principals import Principal

from scripts.rendering import ACCOUNT, Rendered

STACK = "backroom"
_KEYS = frozenset({"kms:viaservice", "kms:encryptioncontext:aws:logs:arn"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement of a role is: the role's logical id, the policy's document, and its number in there."""

    role: str
    policy: int
    number: int
    sid: str


@dataclass(frozen=True, slots=True)
class Access:
    """The policies of a stack's roles, by logical id."""

    policies: Mapping[str, tuple[Policy, ...]]

    def allows(self, role: str, call: Call, tags: Mapping[str, str] | None = None) -> bool:
        """Say whether the policies of a role, in a session with these tags, allow a call."""
        principal = session(role, tags)
        context = {
            "aws:principalarn": (principal.role_arn,),
            **{f"aws:principaltag/{key}": (value,) for key, value in principal.tags.items()},
            **call.context,
        }
        judge = Judge(principal, known(principal) | _KEYS)
        return judge.decide(replace(call, context=context), Applicable(identity=self.policies[role])).allowed

    def statements(self) -> Iterator[Place]:
        """Yield the places of all statements."""
        for role, policies in self.policies.items():
            for policy, found in enumerate(policies):
                for number, statement in enumerate(found.statements):
                    yield Place(role, policy, number, statement.sid)

    def without(self, place: Place) -> "Access":
        """Give the same without a statement."""
        policies = list(self.policies[place.role])
        statements = policies[place.policy].statements
        policies[place.policy] = Policy(statements[: place.number] + statements[place.number + 1 :])
        return Access({**self.policies, place.role: tuple(policies)})


def access(stack: Rendered) -> Access:
    """Give the policies of a stack's roles that are its own: inline ones, and the stack's managed ones."""
    managed = stack.of_type("AWS::IAM::ManagedPolicy")
    found = {}
    for role, properties in stack.of_type("AWS::IAM::Role").items():
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        for name, policy in managed.items():
            attached = f"{STACK}-{name}" in properties.get("ManagedPolicyArns", [])
            if attached or f"{STACK}-{role}" in policy.get("Roles", []):
                documents.append(policy["PolicyDocument"])
        found[role] = tuple(map(from_document, documents))
    return Access(found)


def session(role: str, tags: Mapping[str, str] | None = None, name: str | None = None) -> Principal:
    """Give a session of a role by its logical id; `name`: what the role is called, if it has a name."""
    called = name or f"{STACK}-{role}"
    arn = f"arn:aws:iam::{ACCOUNT}:role/{called}"
    session_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{called}/session"
    return Principal(arn=session_arn, role_arn=arn, account=ACCOUNT, tags=dict(tags or {}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a principal on a resource that has a policy of its own."""

    principal: Principal
    call: Call
    kind: Kind = Kind.RESOURCE
    identity: tuple[Policy, ...] = field(default=())

    def allowed(self, document: Any) -> bool:
        """Say whether it is allowed, by this policy of the resource and by the identity's."""
        counts = ResourcePolicies.NEEDED if self.kind is Kind.TRUST else ResourcePolicies.ENOUGH
        policy = from_document(document)
        context = {"aws:principalarn": (self.principal.role_arn,), **self.call.context}
        judge = Judge(self.principal, known(self.principal) | _KEYS)
        measured = Applicable(identity=self.identity, resource=policy, counts=counts, resource_kind=self.kind)
        return judge.decide(replace(self.call, context=context), measured).allowed
