"""The parts of a person that are things: gifts, pets, notes and the user's own reminders."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from coterie.actions import gifts, notes, pets, reminders
from coterie.errors import invalid
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.gifts import LINK_LENGTH_MAX
from coterie.model.gifts import NAME_LENGTH_MAX as GIFT_LENGTH_MAX
from coterie.model.notes import TEXT_LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.model.reminders import ANNIVERSARY, BIRTHDAY, CUSTOM, TITLE_LENGTH_MAX, Reminder
from coterie.store.database import Tx
from coterie.store.reminders import list_reminders
from coterie.web.part import TIME_ZONE, Fields, Part, text_or_none, texts_or_none
from coterie.web.person_fields import DATE_HINT, FormField

REMINDERS_SHOWN = 50
_AS_IT_IS = "as-it-is"
_REPEATS = {
    "": "Once", "day:1": "Every day", "week:1": "Every week", "week:2": "Every two weeks", "week:4": "Every four weeks",
    BIRTHDAY: "Every year, on the birthday", ANNIVERSARY: "Every year, on their anniversaries",
    _AS_IT_IS: "As it is now",
}  # fmt: skip


def _create_note(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    is_personal = fields.get("is_personal") == "yes"
    return notes.create_note(
        tx, caller, {"text": fields["text"], "is_personal": is_personal, "contacts": [contact.uuid]}
    ).id


def list_of_contact(tx: Tx, caller: Caller, contact: Contact) -> list[Reminder]:
    """The user's open reminders about a contact, the next one first."""
    user_id = caller.user_id or ""
    return list_reminders(tx, caller.organization_id, user_id, contact_id=contact.id, limit=REMINDERS_SHOWN)


def _reminder_fields(fields: Fields, before: Reminder | None = None) -> dict[str, object]:
    """The fields of a form as actions.reminders takes them. before: the reminder that is changed."""
    repeat, day = fields["repeat"], text_or_none(fields["due_on"])
    if repeat not in _REPEATS:
        raise invalid("repeat", "is not one of the choices", kind="choice")
    values: dict[str, object] = {"title": text_or_none(fields["title"]), "remind_by": fields["remind_by"]}
    if repeat == _AS_IT_IS and before is not None and before.before_unit:
        return values
    if repeat in (BIRTHDAY, ANNIVERSARY):
        return values | {
            "category": repeat, "before_unit": "day", "before_magnitude": 0, "repeat_unit": None,
            "repeat_magnitude": None,
        }  # fmt: skip
    if day is None:
        raise invalid("due_on", "is missing", kind="missing")
    values["due_at"] = _moment(day, fields["due_time"].strip() or "09:00", fields[TIME_ZONE])
    if repeat == _AS_IT_IS:
        return values
    unit, _, magnitude = repeat.partition(":")
    return values | {
        "category": CUSTOM, "repeat_unit": unit or None, "repeat_magnitude": int(magnitude) if magnitude else None,
        "before_unit": None, "before_magnitude": None,
    }  # fmt: skip


def _moment(day: str, time: str, time_zone: str) -> str:
    try:
        local = datetime.strptime(f"{day} {time[:5]}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the user's zone follows
    except ValueError:
        raise invalid("due_on", "is not a day and a time, such as 2026-12-24 and 09:00") from None
    return times.moment(local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC))


def _values_of_reminder(reminder: Reminder, time_zone: str) -> dict[str, str]:
    local = times.parse(reminder.due_at).astimezone(ZoneInfo(time_zone)) if reminder.due_at else None
    if reminder.before_unit:
        plain = reminder.before_unit == "day" and not reminder.before_magnitude
        repeat = reminder.category if plain and reminder.category in _REPEATS else _AS_IT_IS
    else:
        repeat = f"{reminder.repeat_unit}:{reminder.repeat_magnitude}" if reminder.repeat_unit else ""
    return {
        "title": reminder.title or "", "remind_by": reminder.remind_by,
        "due_on": f"{local:%Y-%m-%d}" if local else "", "due_time": f"{local:%H:%M}" if local else "",
        "repeat": repeat if repeat in _REPEATS else _AS_IT_IS,
    }  # fmt: skip


THINGS = (
    Part(
        name="gifts",
        noun="Gift",
        fields=(
            FormField("name", "Gift", length_max=GIFT_LENGTH_MAX, required=True),
            FormField("status", "State", "choice",
                      choices=[("potential", "Idea"), ("given", "Given"), ("received", "Received")]),
            FormField("link", "Link", "url", length_max=LINK_LENGTH_MAX),
        ),
        create=lambda tx, caller, contact, fields: gifts.create_gift(tx, caller, contact.id, texts_or_none(fields)).id,
        update=lambda tx, caller, contact, item, fields: gifts.update_gift(
            tx, caller, contact.id, item.id, texts_or_none(fields)
        ),
        delete=lambda tx, caller, contact, item: gifts.delete_gift(tx, caller, contact.id, item.id),
        restore=lambda tx, caller, contact, id_: gifts.restore_gift(tx, caller, contact.id, id_),
    ),
    Part(
        name="pets",
        noun="Pet",
        fields=(
            FormField("name", "Name", length_max=200, required=True),
            FormField("species", "Kind", hint="Such as dog or cat", length_max=100),
            FormField("born_on", "Born", "date", DATE_HINT, 40),
        ),
        create=lambda tx, caller, contact, fields: pets.create_pet(tx, caller, contact.id, texts_or_none(fields)).id,
        update=lambda tx, caller, contact, item, fields: pets.update_pet(
            tx, caller, contact.id, item.id, texts_or_none(fields)
        ),
        delete=lambda tx, caller, contact, item: pets.delete_pet(tx, caller, contact.id, item.id),
        restore=lambda tx, caller, contact, id_: pets.restore_pet(tx, caller, contact.id, id_),
    ),
    Part(
        name="notes",
        noun="Note",
        fields=(FormField("text", "Note", "lines", "Markdown works", TEXT_LENGTH_MAX, required=True),),
        create=_create_note,
        update=lambda tx, caller, contact, item, fields: notes.update_note(
            tx, caller, item.id, {"text": fields["text"]}
        ),
        delete=lambda tx, caller, contact, item: notes.delete_note(tx, caller, item.id),
        restore=lambda tx, caller, contact, id_: notes.restore_note(tx, caller, id_),
    ),
    Part(
        name="reminders",
        noun="Reminder",
        fields=(
            FormField("title", "What", hint="Such as “Call about the trip”", length_max=TITLE_LENGTH_MAX),
            FormField("due_on", "Day", "day", "Not needed for a reminder of the birthday", 10),
            FormField("due_time", "Time", "time", "9:00 if empty", 8),
            FormField("repeat", "How often", "choice", choices=list(_REPEATS.items()), only_kept=_AS_IT_IS),
            FormField("remind_by", "How", "choice", choices=[("email", "By mail"), ("push", "On Today only")]),
        ),
        items=list_of_contact,
        values=_values_of_reminder,
        create=lambda tx, caller, contact, fields: (
            reminders.create_reminder(tx, caller, _reminder_fields(fields), contact.id).id
        ),
        update=lambda tx, caller, contact, item, fields: reminders.update_reminder(
            tx, caller, item.id, _reminder_fields(fields, item)
        ),
        delete=lambda tx, caller, contact, item: reminders.delete_reminder(tx, caller, item.id),
        restore=None,
    ),
)  # fmt: skip
