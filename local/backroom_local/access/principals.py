"""Who calls, and how closely a policy of a resource names them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from backroom_local.access.policy import Named, Policy, Principals


class Grade(IntEnum):
    """How closely a principal is named."""

    NONE = 0
    ACCOUNT = 1
    """Only its account: in an account's own policy that leaves it to the policies of the identity."""
    IDENTITY = 2
    """Its role, its service, or everybody."""
    SESSION = 3
    """The session itself, which neither a permissions boundary nor a session policy then limits by silence."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: the session of a role, a service of AWS, or nobody known."""

    arn: str = ""
    """Of the session: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`."""
    role_arn: str = ""
    service: str = ""
    """`events.amazonaws.com`, for example."""
    source: str = ""
    """ARN of what a service acts for, a rule for example."""
    account: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: frozenset[str] = frozenset()
    """Keys of the tags that the next session keeps (role chaining)."""
    session: Policy | None = None
    """The policy that AssumeRole was given."""

    @property
    def name(self) -> str:
        """What the caller is called in a sentence or a report."""
        return self.arn or self.service or "anonymous"

    @property
    def who(self) -> str:
        """The role, or the service, whose sessions are counted together."""
        return self.role_arn.rsplit("/", 1)[-1] or self.service or "anonymous"


def grade(principal: Principal, principals: Principals) -> Grade:
    """Say how closely principals of a statement name a caller.

    `NotPrincipal` spares whom it names by role, session or service; to name the account spares no role of it.
    """
    closest = max((_grade(principal, named) for named in principals.named), default=Grade.NONE)
    if not principals.inverted:
        return closest
    return Grade.NONE if closest >= Grade.IDENTITY else Grade.IDENTITY


def _grade(principal: Principal, named: Named) -> Grade:
    """Say how closely one principal of a statement names a caller."""
    if named.value == "*":
        return Grade.IDENTITY if named.kind in ("*", "AWS") else Grade.NONE
    if named.kind == "Service":
        return Grade.IDENTITY if principal.service == named.value else Grade.NONE
    if named.kind != "AWS" or not principal.role_arn:
        return Grade.NONE
    if named.value in (principal.account, f"arn:aws:iam::{principal.account}:root"):
        return Grade.ACCOUNT
    if named.value == principal.arn:
        return Grade.SESSION
    return Grade.IDENTITY if named.value == principal.role_arn else Grade.NONE
