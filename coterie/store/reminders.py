"""Reminders, and the dates of contacts they depend on."""

import msgspec

from coterie.model.notifications import DISABLED, REMINDERS
from coterie.model.reminders import SEND_JOB, ContactDates, Reminder
from coterie.store.database import Row, Tx

COLUMNS = tuple(field.name for field in msgspec.structs.fields(Reminder))[:-3]
_MUTED = (
    "EXISTS (SELECT 1 FROM notification_subscriptions n WHERE n.user_id = r.user_id"
    f" AND n.channel = '{REMINDERS}' AND n.status = '{DISABLED}')"
)
_SELECT = (
    f"SELECT {', '.join(f'r.{name}' for name in COLUMNS)}, c.uuid, {_MUTED}, c.deleted_at IS NOT NULL FROM reminders r"
    " LEFT JOIN contacts c ON c.organization_id = r.organization_id AND c.id = r.contact_id"
)
_ORDER = " ORDER BY r.due_at IS NULL, r.due_at, r.id LIMIT :limit OFFSET :offset"
_OF_USER = " WHERE r.organization_id = :organization_id AND r.user_id = :user_id AND r.finished_at IS NULL"


def _reminder(row: Row) -> Reminder:
    return Reminder(*(*row[:-2], bool(row[-2]), bool(row[-1])))


def find_reminder(tx: Tx, organization_id: int, reminder_id: str) -> Reminder | None:
    """A reminder of any user, finished or not."""
    row = tx.one(
        f"{_SELECT} WHERE r.organization_id = :organization_id AND r.id = :id",
        {"organization_id": organization_id, "id": reminder_id},
    )
    return _reminder(row) if row else None


def lock_reminder(tx: Tx, organization_id: int, reminder_id: str) -> None:
    """Locks a reminder until the commit."""
    tx.one(
        "SELECT id FROM reminders WHERE organization_id = :organization_id AND id = :id" + tx.lock,
        {"organization_id": organization_id, "id": reminder_id},
    )


def list_reminders(
    tx: Tx,
    organization_id: int,
    user_id: str,
    *,
    contact_id: int | None = None,
    due_from: str | None = None,
    limit: int,
    offset: int = 0,
) -> list[Reminder]:
    """A page of a user's unfinished reminders, the next one first: all, those of one contact, or those due at
    the moment due_from or later."""
    bound = {"organization_id": organization_id, "user_id": user_id, "limit": limit, "offset": offset}
    conditions = ""
    if contact_id is not None:
        conditions, bound["contact_id"] = " AND r.contact_id = :contact_id", contact_id
    if due_from is not None:
        conditions, bound["due_from"] = f"{conditions} AND r.due_at >= :due_from", due_from
    return [_reminder(row) for row in tx.all(_SELECT + _OF_USER + conditions + _ORDER, bound)]


def count_reminders(tx: Tx, organization_id: int, user_id: str, *, contact_id: int | None = None) -> int:
    """The number of reminders on all pages of list_reminders."""
    bound = {"organization_id": organization_id, "user_id": user_id}
    if contact_id is None:
        row = tx.one(f"SELECT count(*) FROM reminders r{_OF_USER}", bound)
    else:
        row = tx.one(
            f"SELECT count(*) FROM reminders r{_OF_USER} AND r.contact_id = :contact_id",
            {**bound, "contact_id": contact_id},
        )
    return int(row[0]) if row else 0


def list_reminders_on_dates(
    tx: Tx, organization_id: int, *, contact_id: int | None = None, after_id: str = "", limit: int = 500
) -> list[Reminder]:
    """Unfinished reminders that depend on a date of a contact, by id: of one contact, or of all."""
    bound = {"organization_id": organization_id, "after_id": after_id, "limit": limit}
    of_contact = ""
    if contact_id is not None:
        of_contact, bound["contact_id"] = " AND r.contact_id = :contact_id", contact_id
    rows = tx.all(
        f"{_SELECT} WHERE r.organization_id = :organization_id AND r.id > :after_id{of_contact}"
        " AND r.before_unit IS NOT NULL AND r.finished_at IS NULL ORDER BY r.id LIMIT :limit",
        bound,
    )
    return [_reminder(row) for row in rows]


def list_due(tx: Tx, now: str, *, late_before: str, limit: int) -> list[tuple[int, str, str]]:
    """(organization id, reminder id, due_at) of the occurrences to mail now, those due longest first.

    Occurrences due before late_before are too late. Those with a job are skipped: otherwise as many as the limit that
    cannot be sent would block all others. So are those of deleted contacts and of users who muted reminders.
    """
    rows = tx.all(
        "SELECT r.organization_id, r.id, r.due_at FROM reminders r"
        " LEFT JOIN contacts c ON c.organization_id = r.organization_id AND c.id = r.contact_id"
        " WHERE r.finished_at IS NULL AND r.due_at IS NOT NULL AND r.due_at <= :now AND r.due_at >= :late_before"
        f" AND r.remind_by = 'email' AND c.deleted_at IS NULL AND NOT {_MUTED} AND NOT EXISTS (SELECT 1 FROM jobs j"
        " WHERE j.organization_id = r.organization_id AND j.state IN ('waiting', 'running')"
        f" AND j.dedupe_key = '{SEND_JOB}:' || r.id || ':' || r.due_at) ORDER BY r.due_at LIMIT :limit",
        {"now": now, "late_before": late_before, "limit": limit},
    )
    return [(organization_id, reminder_id, due_at) for organization_id, reminder_id, due_at in rows]


def list_passed_without_mail(
    tx: Tx, now: str, *, can_mail: bool, late_before: str, limit: int
) -> list[tuple[int, str, str]]:
    """(organization id, reminder id, due_at) of the occurrences that have passed and will not be mailed.

    These are occurrences due before late_before, and of series that are not mailed (shown in the app only, muted, of
    a deleted contact, or no mail server) all that are due. A single reminder that is not mailed stays.
    """
    is_mailed = f"(r.remind_by = 'email' AND NOT {_MUTED} AND c.deleted_at IS NULL)" if can_mail else "FALSE"
    rows = tx.all(
        "SELECT r.organization_id, r.id, r.due_at FROM reminders r"
        " LEFT JOIN contacts c ON c.organization_id = r.organization_id AND c.id = r.contact_id"
        " WHERE r.finished_at IS NULL AND r.due_at IS NOT NULL AND r.due_at <= :now"
        f" AND CASE WHEN {is_mailed} THEN r.due_at < :late_before"
        " ELSE r.repeat_unit IS NOT NULL OR r.before_unit IS NOT NULL END"
        " AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = r.organization_id AND j.state = 'running'"
        f" AND j.dedupe_key = '{SEND_JOB}:' || r.id || ':' || r.due_at) ORDER BY r.due_at LIMIT :limit",
        {"now": now, "late_before": late_before, "limit": limit},
    )
    return [(organization_id, reminder_id, due_at) for organization_id, reminder_id, due_at in rows]


def list_advanced_in_future(tx: Tx, future: str) -> list[tuple[int, Reminder]]:
    """(organization id, reminder) of at most 1,000 unfinished reminders that advanced after this moment."""
    rows = tx.all(
        f"{_SELECT} WHERE r.advanced_at > :future AND r.finished_at IS NULL ORDER BY r.id LIMIT 1000",
        {"future": future},
    )
    reminders = [_reminder(row) for row in rows]
    organizations: dict[str, int] = dict(
        tx.all(
            f"SELECT id, organization_id FROM reminders WHERE id {tx.in_list('ids')}",
            {"ids": tx.list_param([reminder.id for reminder in reminders])},
        )
    )
    return [(organizations[reminder.id], reminder) for reminder in reminders]


def insert_reminder(tx: Tx, organization_id: int, reminder: Reminder) -> None:
    tx.run(
        f"INSERT INTO reminders (organization_id, {', '.join(COLUMNS)})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in COLUMNS)})",
        _bound(organization_id, reminder),
    )


def save_reminder(tx: Tx, organization_id: int, reminder: Reminder) -> None:
    """Saves an existing reminder; its user and contact never change."""
    changing = [name for name in COLUMNS if name not in ("id", "user_id", "contact_id", "created_at")]
    bound = _bound(organization_id, reminder)
    tx.run(
        f"UPDATE reminders SET {', '.join(f'{name} = :{name}' for name in changing)}"
        " WHERE organization_id = :organization_id AND id = :id",
        {name: bound[name] for name in (*changing, "organization_id", "id")},
    )


def delete_reminder(tx: Tx, organization_id: int, reminder_id: str) -> None:
    tx.run(
        "DELETE FROM reminders WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": reminder_id},
    )


def find_dates(tx: Tx, organization_id: int, contact_id: int, user_id: str) -> ContactDates:
    """The dates of a contact: birthday; important dates, and the anniversaries of its relationships to other contacts
    and to this user, at most 100."""
    bound = {"organization_id": organization_id, "contact_id": contact_id}
    row = tx.one("SELECT birthday FROM contacts WHERE organization_id = :organization_id AND id = :contact_id", bound)
    anniversaries = tx.all(
        "SELECT occurs_on FROM important_dates WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND deleted_at IS NULL"
        " UNION SELECT anniversary_on FROM contact_relationships WHERE organization_id = :organization_id"
        " AND first_contact_id = :contact_id AND anniversary_on IS NOT NULL AND deleted_at IS NULL"
        " UNION SELECT anniversary_on FROM user_relationships WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND user_id = :user_id AND anniversary_on IS NOT NULL AND deleted_at IS NULL"
        " LIMIT 100",
        {**bound, "user_id": user_id},
    )
    return ContactDates(row[0] if row else None, tuple(day for (day,) in anniversaries))


def _bound(organization_id: int, reminder: Reminder) -> dict[str, object]:
    values = msgspec.structs.asdict(reminder)
    del values["contact_uuid"], values["is_muted"], values["is_contact_deleted"]
    return {"organization_id": organization_id, **values}
