"""Whether a call is allowed: AWS's logic for requests within one account, as a pure function.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from backroom_local.access.conditions import holds
from backroom_local.access.matching import Context, fits_action, fits_arn
from backroom_local.access.policy import Effect, Policy, Scope, Statement
from backroom_local.access.principals import Grade, Principal, grade


@dataclass(frozen=True, slots=True)
class Call:
    """One action on one resource, with the keys that conditions may ask for."""

    action: str
    """`s3:GetObject`, for example."""
    resource: str
    """An ARN, or `*` for an action that knows no resources."""
    context: Context = field(default_factory=dict)


class Kind(StrEnum):
    """Kinds of policies, in the words of AWS's sentences."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    TRUST = "role trust policy"


class ResourcePolicies(StrEnum):
    """What the policy of a resource counts for."""

    ENOUGH = "enough"
    """It allows as well as a policy of the identity does (buckets, queues, topics, functions, secrets)."""
    NEEDED = "needed"
    """Nothing is allowed that it neither allows nor leaves to the account (keys, and the trust of roles)."""


@dataclass(frozen=True, slots=True)
class Applicable:
    """The policies that a call is measured by; None where there is none of a kind."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: Policy | None = None
    resource: Policy | None = None
    counts: ResourcePolicies = ResourcePolicies.ENOUGH
    resource_kind: Kind = Kind.RESOURCE


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a call is allowed; if not, which kind of policy denies it, and by which statement, if by one."""

    allowed: bool
    kind: Kind | None = None
    statement: Statement | None = None


class UnknownKeyError(Exception):
    """A statement that is about a call asks for a condition key of which the twin does not know the value."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides calls of one principal."""

    principal: Principal
    known: frozenset[str]
    """Condition keys that are absent when a call has none, in small letters; `PREFIX/` for a family."""

    def decide(self, call: Call, policies: Applicable) -> Decision:
        """Decide a call: a Deny wins over everything, and what nobody allows is denied.

        Raises UnknownKeyError for a statement about this call that asks for a key that is not known, PolicyError for an
        operator that IAM has not.
        """
        for kind, policy in _every(policies):
            for statement in self._matching(policy, Effect.DENY, call):
                return Decision(False, kind, statement)
        named = self._granted(call, policies)
        if named is Grade.SESSION or (named is Grade.IDENTITY and not self.principal.role_arn):
            return Decision(True)
        if policies.counts is ResourcePolicies.NEEDED and named is Grade.NONE:
            return Decision(False, policies.resource_kind)
        own = any(any(self._matching(policy, Effect.ALLOW, call)) for policy in policies.identity)
        if named is not Grade.IDENTITY and not own:
            return Decision(False, Kind.IDENTITY if self.principal.role_arn else policies.resource_kind)
        limit = self._limit(call, policies)
        return Decision(limit is None, limit)

    def _limit(self, call: Call, policies: Applicable) -> Kind | None:
        """Give the kind of policy that limits the caller and does not allow a call."""
        for kind, limit in _limits(policies):
            if not any(self._matching(limit, Effect.ALLOW, call)):
                return kind
        return None

    def _granted(self, call: Call, policies: Applicable) -> Grade:
        """Say how closely the policy of the resource names the caller when it allows a call."""
        if policies.resource is None:
            return Grade.NONE
        return max(map(self._grade, self._matching(policies.resource, Effect.ALLOW, call)), default=Grade.NONE)

    def _matching(self, policy: Policy, effect: Effect, call: Call) -> Iterator[Statement]:
        """Give the statements of an effect that apply to a call."""
        for statement in policy.statements:
            if statement.effect is effect and self._about(statement, call) and self._conditions_hold(statement, call):
                yield statement

    def _about(self, statement: Statement, call: Call) -> bool:
        """Say whether a statement speaks of a call: its action, resource and caller."""
        context, variables = call.context, statement.variables
        return (
            _within(statement.actions, lambda pattern: fits_action(pattern, call.action))
            and _within(statement.resources, lambda pattern: fits_arn(pattern, call.resource, context, variables))
            and self._grade(statement) > Grade.NONE
        )

    def _grade(self, statement: Statement) -> Grade:
        """Say how closely a statement names the caller; one of the caller's own policies need not."""
        return grade(self.principal, statement.principals) if statement.principals else Grade.ACCOUNT

    def _conditions_hold(self, statement: Statement, call: Call) -> bool:
        """Say whether all conditions of a statement hold. Raises UnknownKeyError."""
        for condition in statement.conditions:
            key = condition.key.lower()
            if key not in call.context and key not in self.known and f"{key.partition('/')[0]}/" not in self.known:
                raise UnknownKeyError(
                    f"statement {statement.sid or statement.actions.patterns} asks for {condition.key}, which the twin "
                    f"does not know for {call.action}: leave the condition out, or run without --enforce-iam"
                )
        return all(holds(condition, call.context, statement.variables) for condition in statement.conditions)


def _every(policies: Applicable) -> Iterator[tuple[Kind, Policy]]:
    """Give all policies with their kinds."""
    yield from ((Kind.IDENTITY, policy) for policy in policies.identity)
    yield from _limits(policies)
    if policies.resource is not None:
        yield policies.resource_kind, policies.resource


def _limits(policies: Applicable) -> Iterator[tuple[Kind, Policy]]:
    """Give the policies that limit a caller and give nothing."""
    for kind, limit in ((Kind.BOUNDARY, policies.boundary), (Kind.SESSION, policies.session)):
        if limit is not None:
            yield kind, limit


def _within(scope: Scope | None, fits: Callable[[str], bool]) -> bool:
    """Say whether something is in a scope; a role's trust has no resources and speaks of its role."""
    return scope is None or any(fits(pattern) for pattern in scope.patterns) != scope.inverted
