"""Notification channels and a user's subscriptions to them."""

from uuid import UUID, uuid5

PRODUCT_UPDATES, REMINDERS = "product_updates", "reminders"
CHANNELS = {
    PRODUCT_UPDATES: "What is new in the instance.",
    REMINDERS: "Reminders by e-mail.",
}
ACTIVE, DISABLED = "active", "disabled"


def notification_id(user_id: str, channel: str) -> str:
    """The id of a user's subscription, derived from both so that it exists before a row is stored."""
    return str(uuid5(UUID(user_id), channel))
