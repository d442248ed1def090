"""Calendar feeds of the user: made, with the address shown once, and revoked."""

from coterie.actions.calendar_feeds import create_feed, revoke_feed
from coterie.errors import Invalid
from coterie.model.calendar_feeds import CONTENTS, path_of
from coterie.store.calendar_feeds import list_feeds
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit

LABELS = {"birthdays": "Birthdays", "dates": "Anniversaries and other dates", "reminders": "Your reminders",
          "in_touch": "Whom to be in touch with"}  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit)


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, problem=error.problems[0].reason)


def create(tx: Tx, visit: Visit) -> Result:
    """Shows the address in the response, and nowhere else."""
    _, token = create_feed(tx, visit.acting, visit.signed_in.user_id, visit.texts("contents"))
    return _page(tx, visit, address=visit.origin + path_of(token))


def revoke(tx: Tx, visit: Visit) -> Result:
    revoke_feed(tx, visit.acting, visit.signed_in.user_id, visit.path["feed"])
    return Go(url=f"{visit.root}/settings/calendar", message="The address no longer works")


def _page(tx: Tx, visit: Visit, *, address: str = "", problem: str = "") -> Show:
    feeds = list_feeds(tx, visit.acting.organization_id, visit.signed_in.user_id)
    return Show(
        template="in_touch/calendars.html",
        values={
            "title": "Calendar",
            "feeds": [(each, ", ".join(LABELS[name] for name in each.contents).capitalize()) for each in feeds],
            "choices": [(name, LABELS[name]) for name in CONTENTS],
            "address": address,
            "problems": {"contents": problem} if problem else {},
        },
        status=422 if problem else 200,
    )


PAGES = (
    Page("GET", "/{o:int}/settings/calendar", show),
    Page("POST", "/{o:int}/settings/calendar", create, "write", again=show_again, once=True),
    Page("POST", "/{o:int}/settings/calendar/{feed}/revoke", revoke, "write"),
)
