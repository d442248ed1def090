"""Corrects moments that a wrong clock has stored, and decides whether the clock can be trusted.

A clock that was years ahead leaves moments in the future: work would wait until then. And while it is ahead, everything
looks old enough to be deleted. So work that was stored by a clock ahead of the present is due now, waits until then
end when the clock goes back, and nothing is deleted by age before the clock has advanced for a day without a jump of a
day.
"""

from msgspec import Struct

from coterie.model import times
from coterie.store.database import Tx

DAY = 86_400.0
OBSERVE_SECONDS = 60.0
# the clocks of several machines differ by less
TOLERANCE_SECONDS = 60.0
# rows of the table of recurring work
# table, column, the latest moment that can be right, what it becomes: moments when work goes on, and when it was done
WAITS = (
    ("instagram_accounts", "paused_until", ":late", "NULL"),
    ("subscriptions", "next_run_at", ":late", ":now"),
    ("webhooks", "retry_at", ":late", "NULL"),
    ("webhook_deliveries", "next_attempt_at", ":late", ":now"),
    ("webhooks", "failing_since", ":soon", ":now"),
    ("instagram_people", "asked_at", ":soon", "NULL"),
    ("sessions", "last_used_at", ":soon", ":now"),
    # a day
    ("digests", "sent_on", ":late", "''"),
)
_SEEN, _STEADY_SINCE = "clock", "clock_steady_since"


class Observation(Struct, frozen=True):
    """One look at the clock. seconds: its distance from the look before; is_jump: whether that is not plausible."""

    seconds: float
    is_jump: bool

    @property
    def has_gone_back(self) -> bool:
        return self.is_jump and self.seconds < 0


def observe_clock(tx: Tx) -> Observation:
    """Compares the clock with its last observation and stores this one; to be called once a minute."""
    now = times.now()
    seen = _find(tx, _SEEN)
    seconds = (times.parse(now) - times.parse(seen)).total_seconds() if seen else 0.0
    is_jump = not -TOLERANCE_SECONDS <= seconds <= DAY
    moments = {_SEEN: now, _STEADY_SINCE: now} if is_jump or not seen else {_SEEN: now}
    tx.insert_rows(
        "schedules", [{"name": name, "last_run_at": at} for name, at in moments.items()], replace_on=("name",)
    )
    return Observation(seconds, is_jump)


def is_clock_steady(tx: Tx) -> bool:
    """Whether the clock was observed some minutes ago and has not jumped for a day: then things may expire by age."""
    now = times.now()
    seen, since = _find(tx, _SEEN), _find(tx, _STEADY_SINCE)
    if seen is None or since is None:
        return False
    is_fresh = times.after(now, -10 * OBSERVE_SECONDS) <= seen <= times.after(now, TOLERANCE_SECONDS)
    return is_fresh and since <= times.after(now, -DAY)


def release_future_jobs(tx: Tx) -> int:
    """Makes jobs due that were stored by a clock ahead of now, also those with a lease; returns their number."""
    now = times.now()
    return tx.run(
        "UPDATE jobs SET run_at = :now, updated_at = :now WHERE state IN ('waiting', 'running')"
        " AND updated_at > :future",
        {"now": now, "future": times.after(now, TOLERANCE_SECONDS)},
    )


def end_future_waits(tx: Tx) -> int:
    """Ends what would wait for more than a day until a moment that a clock ahead has stored; returns the number.

    To be called when the clock has gone back: it reads whole tables. If it is behind now, some work is done early.
    """
    now = times.now()
    bound = {"now": now, "soon": times.after(now, TOLERANCE_SECONDS), "late": times.after(now, DAY + TOLERANCE_SECONDS)}
    return sum(
        tx.run(f"UPDATE {table} SET {column} = {value} WHERE {column} > {limit}", bound)
        for table, column, limit, value in WAITS
    )


def _find(tx: Tx, name: str) -> str | None:
    row = tx.one("SELECT last_run_at FROM schedules WHERE name = :name", {"name": name})
    return row[0] if row else None
