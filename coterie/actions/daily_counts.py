"""The numbers of a day: contacts, followers, opt-outs, messages, folders and segments."""

from datetime import UTC, datetime, timedelta

from coterie.actions.callers import caller_for
from coterie.actions.segments import count_segment
from coterie.errors import CoterieError
from coterie.store.contacts import count_contacts
from coterie.store.daily_counts import DailyCount, count_followers, count_messages_by_day, count_optouts, list_counts
from coterie.store.database import Tx
from coterie.store.folders import list_folders
from coterie.store.segments import list_segments

# of messages, which are stored with their moments, this much of the past is counted at the first time
DAYS_BACK = 365
SUBJECTS_MAX = 100


def collect_counts(tx: Tx, organization_id: int, now: datetime | None = None) -> list[DailyCount]:
    """The numbers of today (UTC), and the messages of each day since they were last counted. Writes nothing."""
    at = (now or datetime.now(UTC)).astimezone(UTC)
    today = f"{at:%Y-%m-%d}"
    counts: list[DailyCount] = [
        ("contacts", "", today, count_contacts(tx, organization_id)),
        ("followers", "", today, count_followers(tx, organization_id)),
        ("optouts", "", today, count_optouts(tx, organization_id)),
    ]
    counts += [
        ("folder", str(each.id), today, each.contact_count)
        for each in list_folders(tx, organization_id, limit=SUBJECTS_MAX)
    ]
    return [*counts, *_segments(tx, organization_id, today), *_messages(tx, organization_id, at)]


def _segments(tx: Tx, organization_id: int, today: str) -> list[DailyCount]:
    """Segments that run; those that are broken or too slow have no number."""
    caller = caller_for(tx, organization_id, via="worker")
    counts = []
    for segment in list_segments(tx, organization_id, limit=SUBJECTS_MAX):
        try:
            counts.append(("segment", str(segment.id), today, count_segment(tx, caller, segment)))
        except CoterieError:
            continue
    return counts


def _messages(tx: Tx, organization_id: int, at: datetime) -> list[DailyCount]:
    """Each day since the last that was counted, that one included: it was not over."""
    first = f"{at - timedelta(days=DAYS_BACK):%Y-%m-%d}"
    counted = [
        day for _, day, _ in list_counts(tx, organization_id, "messages_in", since=first, until=f"{at:%Y-%m-%d}")
    ]
    since = max(counted, default=first)
    by_day = {(day, way): number for day, way, number in count_messages_by_day(tx, organization_id, since=since)}
    start = datetime.fromisoformat(since).replace(tzinfo=UTC)
    days = [f"{start + timedelta(days=number):%Y-%m-%d}" for number in range((at - start).days + 1)]
    ways = (("messages_in", "incoming"), ("messages_out", "outgoing"))
    return [(name, "", day, by_day.get((day, way), 0)) for day in days for name, way in ways]
