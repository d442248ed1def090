"""What a user can be told about, and whether they want to be."""

from uuid import UUID, uuid5

PRODUCT_UPDATES, REMINDERS = "product_updates", "reminders"
CHANNELS = {
    PRODUCT_UPDATES: "What is new in the instance.",
    REMINDERS: "Reminders by e-mail.",
}
ACTIVE, DISABLED = "active", "disabled"


def notification_id(user_id: str, channel: str) -> str:
    """The id of a user's subscription: made of the two, so that it is the same before anything is stored."""
    return str(uuid5(UUID(user_id), channel))
