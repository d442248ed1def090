"""…/reminders: the caller's reminders, in general or of a contact. DELETE erases."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from coterie.actions import reminders as actions
from coterie.api.errors import wire_names
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Text, fields_set
from coterie.api.r0.pages import PageEntity, envelope, read_page
from coterie.api.route import Request
from coterie.model.organizations import Caller
from coterie.model.reminders import (
    BEFORE_UNITS,
    CATEGORIES,
    REPEAT_UNITS,
    TITLE_LENGTH_MAX,
    WAYS,
    Reminder,
    status_of,
)
from coterie.store import reminders as store
from coterie.store.database import Tx

NOUN = "Reminder"
# wire name -> our name
NAMES = {
    "schedule_at": "due_at",
    "repeat_every_unit": "repeat_unit",
    "repeat_every_magnitude": "repeat_magnitude",
    "schedule_before_unit": "before_unit",
    "schedule_before_magnitude": "before_magnitude",
}
WIRE = {ours: wire for wire, ours in NAMES.items()}
Number = int | None | UnsetType
Status = Literal[
    "scheduled", "waiting_for_smtp", "waiting_for_date", "waiting_for_contact", "unscheduled", "in_app", "muted",
    "failed", "finished",
]  # fmt: skip


class ReminderEntity(Struct):
    id: str
    user_id: str
    contact_id: str | None
    category: str
    title: str | None
    remind_by: str
    schedule_at: Annotated[str | None, Meta(description="The next time it is due, in UTC; null where there is none.")]
    repeat_every_unit: str | None
    repeat_every_magnitude: int | None
    repeat_count: Annotated[int | None, Meta(description="How many in all; null goes on until it is deleted.")]
    schedule_before_unit: str | None
    schedule_before_magnitude: int | None
    sent_count: int
    last_sent_at: str | None
    status: Annotated[
        Status,
        Meta(
            description="waiting_for_smtp: this instance has no mail server yet. waiting_for_date: the contact has no"
            " such date. muted: the user disabled the channel `reminders`. in_app: push is kept and shown in the app,"
            " never mailed. failed: last_error says why."
        ),
    ]
    last_error: str | None
    created_at: str
    updated_at: str


class ReminderList(PageEntity):
    reminders: list[ReminderEntity]


class ReminderFields(Struct):
    remind_by: Annotated[Literal[WAYS] | None | UnsetType, Meta(description="email by default.")] = UNSET  # type: ignore[valid-type]
    title: Annotated[str, Meta(max_length=TITLE_LENGTH_MAX)] | None | UnsetType = UNSET
    schedule_at: Annotated[Text, Meta(description="ISO 8601; UTC where no offset is given.")] = UNSET
    repeat_every_unit: Literal[REPEAT_UNITS] | None | UnsetType = UNSET  # type: ignore[valid-type]
    repeat_every_magnitude: Annotated[Number, Meta(description="week and 2: every other week.")] = UNSET
    repeat_count: Annotated[Number, Meta(description="How many reminders in all.")] = UNSET
    category: Annotated[
        Literal[CATEGORIES] | None | UnsetType,  # type: ignore[valid-type]
        Meta(description="The date of a contact it hangs on; custom: the birthday, else the next anniversary."),
    ] = UNSET
    schedule_before_unit: Literal[BEFORE_UNITS] | None | UnsetType = UNSET  # type: ignore[valid-type]
    schedule_before_magnitude: Annotated[
        Number, Meta(description="So many units before nine o'clock of that day, where the user is; 0 by default.")
    ] = UNSET


class ReminderBody(Struct):
    user_reminder: ReminderFields = field(default_factory=ReminderFields)


def present(reminder: Reminder, request: Request) -> ReminderEntity:
    """The entity of a reminder."""
    settings = request.settings
    return ReminderEntity(
        id=reminder.id,
        user_id=reminder.user_id,
        contact_id=reminder.contact_uuid,
        category=reminder.category,
        title=reminder.title,
        remind_by=reminder.remind_by,
        schedule_at=reminder.due_at,
        repeat_every_unit=reminder.repeat_unit,
        repeat_every_magnitude=reminder.repeat_magnitude,
        repeat_count=reminder.repeat_count,
        schedule_before_unit=reminder.before_unit,
        schedule_before_magnitude=reminder.before_magnitude,
        sent_count=reminder.sent_count,
        last_sent_at=reminder.last_sent_at,
        status=status_of(reminder, can_mail=bool(settings.smtp_url and settings.smtp_from)),  # type: ignore[arg-type]
        last_error=reminder.last_error,
        created_at=reminder.created_at,
        updated_at=reminder.updated_at,
    )


def _list(tx: Tx, caller: Caller, request: Request, contact_id: int | None) -> ReminderList:
    page, user_id = read_page(request.query), caller.user_id or ""
    reminders = store.list_reminders(
        tx, caller.organization_id, user_id, contact_id=contact_id, limit=page.limit, offset=page.offset
    )
    total = store.count_reminders(tx, caller.organization_id, user_id, contact_id=contact_id)
    return ReminderList(*envelope(page, total, reminders), [present(reminder, request) for reminder in reminders])


def list_(tx: Tx, caller: Caller, request: Request) -> ReminderList:
    return _list(tx, caller, request, None)


def list_of_contact(tx: Tx, caller: Caller, request: Request) -> ReminderList:
    return _list(tx, caller, request, contact_of(tx, caller, request).id)


def show(tx: Tx, caller: Caller, request: Request) -> ReminderEntity:
    return present(actions.find_reminder_of_user(tx, caller, part_id(request, "reminder_id", NOUN)), request)


def create(tx: Tx, caller: Caller, request: Request) -> ReminderEntity:
    with wire_names("user_reminder", WIRE):
        return present(actions.create_reminder(tx, caller, fields_set(request.body.user_reminder, NAMES)), request)


def create_for_contact(tx: Tx, caller: Caller, request: Request) -> ReminderEntity:
    contact = contact_of(tx, caller, request, to_change=True)
    fields = fields_set(request.body.user_reminder, NAMES)
    with wire_names("user_reminder", WIRE):
        return present(actions.create_reminder(tx, caller, fields, contact.id), request)


def update(tx: Tx, caller: Caller, request: Request) -> ReminderEntity:
    reminder_id = part_id(request, "reminder_id", NOUN)
    with wire_names("user_reminder", WIRE):
        fields = fields_set(request.body.user_reminder, NAMES)
        return present(actions.update_reminder(tx, caller, reminder_id, fields), request)


def remove(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_reminder(tx, caller, part_id(request, "reminder_id", NOUN))
