"""Which tenants were told of a run: items of RunsTable beside the run's own (docs/architecture.md, RunsTable)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr

from backroom.conditional import unless_refused
from backroom.run_keys import mail_key
from backroom.runs import expiry

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, slots=True)
class Sent:
    """That a tenant's e-mail was begun, and when it was sent."""

    sent_at: str | None = None
    message_id: str | None = None


class SentMails:
    """Notes each e-mail of a run before and after it is sent. Every method raises botocore's ClientError."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def claim(self, run: str, tenant: str, now: datetime) -> bool:
        """Begin a tenant's e-mail; False if it was begun before."""
        item = mail_key(run, tenant) | {"tenant": tenant, "begun_at": _time(now), "expires_at": expiry(now)}
        return unless_refused(lambda: self._table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists()))

    def note(self, run: str, tenant: str, message_id: str, now: datetime) -> None:
        """Note that it was sent, and SES's id of it."""
        self._table.update_item(
            Key=mail_key(run, tenant),
            UpdateExpression="SET sent_at = :at, message_id = :id",
            ExpressionAttributeValues={":at": _time(now), ":id": message_id},
        )

    def give_up(self, run: str, tenant: str) -> None:
        """Forget that it was begun, since it was certainly not sent."""
        self._table.delete_item(Key=mail_key(run, tenant))

    def get(self, run: str, tenant: str) -> Sent | None:
        """Say what is known of a tenant's e-mail; None if it was not begun."""
        item = self._table.get_item(Key=mail_key(run, tenant), ConsistentRead=True).get("Item")
        if item is None:
            return None
        known: dict[str, Any] = dict(item)
        return Sent(known.get("sent_at"), known.get("message_id"))


def _time(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"
