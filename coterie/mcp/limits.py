"""How many contacts an assistant may change within an hour, so that a confused one does not change a whole book."""

import math

from coterie.errors import TooOften
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.event_feed import find_change_beyond

HOUR_SECONDS = 3600.0


def check_changes(tx: Tx, caller: Caller, most: int) -> None:
    """Raises TooOften, which rolls back the changes of the call, if the token changed more contacts within the hour.

    What an undo changes does not count: an assistant may always undo its own changes.
    """
    if tx.units.get(caller.organization_id) is None or caller.token_id is None:
        return
    now = times.now()
    since = times.after(now, -HOUR_SECONDS)
    at = find_change_beyond(tx, caller.organization_id, caller.token_id, since=since, most=most)
    if at is not None:
        seconds = math.ceil(HOUR_SECONDS - (times.parse(now) - times.parse(at)).total_seconds())
        minutes = math.ceil(seconds / 60)
        raise TooOften(
            f"An assistant may change {most:,} contacts in an hour: nothing was changed, try again in {minutes} min",
            seconds,
        )
