"""Handlers that ask the Graph API: for profiles, and for the content of mentions. They may run twice."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from coterie.actions.callers import caller_for
from coterie.actions.instagram import VIA
from coterie.actions.instagram_mentions import add_mention
from coterie.actions.instagram_profiles import note_refusal, save_profile
from coterie.graph.picture_links import address_prefix
from coterie.model import times
from coterie.model.instagram import Account, InstagramPerson, Profile
from coterie.model.jobs import Job, Reschedule
from coterie.settings import Settings
from coterie.store import instagram_accounts as account_store
from coterie.store import instagram_people as store
from coterie.store.database import Database
from coterie.store.secrets import unseal

if TYPE_CHECKING:
    import httpx

# how long an account with an invalid token waits; connecting it again ends the wait
TOKEN_PAUSE_SECONDS = 3600.0
# a call without a response takes up to 20 seconds, and an account may have hundreds to make
UNANSWERED_MAX, UNANSWERED_PAUSE_SECONDS = 2, 300.0
# account -> calls in a row without a response, in this process
_unanswered: dict[str, int] = {}
log = logging.getLogger(__name__)


def profile(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Fetches one person's profile and stores it with today's follower count and the picture."""
    arguments = msgspec.json.decode(job.arguments)
    person_id = arguments["person_id"]
    with database.read() as tx:
        account = account_store.find_account(tx, job.organization_id, arguments["account_id"])
        person = store.find_people(tx, job.organization_id, [person_id]).get(person_id)
    if account is None or person is None or not person.may_be_asked(times.now()):
        return
    fetched = _fetch_profile(database, settings, account, person)
    if fetched is None:
        return
    with database.write() as tx:
        account_store.lock_account(tx, account.organization_id, account.account_id)
        person = store.find_people(tx, job.organization_id, [person_id]).get(person_id)
        if person is None:
            return
        caller = caller_for(tx, job.organization_id, via=VIA)
        contact_id = save_profile(tx, caller, person, fetched, our_prefix=address_prefix(settings))
    if contact_id is not None and fetched.picture_url:
        from coterie.worker.instagram_pictures import store_picture  # lazy: its HTTP client takes 8 MB

        store_picture(database, settings, account, contact_id, fetched.picture_url)


def _fetch_profile(database: Database, settings: Settings, account: Account, person: InstagramPerson) -> Profile | None:
    from coterie.graph import client as graph  # lazy: its HTTP client takes 8 MB, which an idle worker can do without

    try:
        fetched: Profile = _ask(
            database, settings, account, lambda client: graph.find_profile(client, person.person_id)
        )
        return fetched
    except graph.Refused:
        with database.write() as tx:
            note_refusal(tx, caller_for(tx, account.organization_id, via=VIA), person)
    except graph.Missing as error:
        log.info("instagram profile missing", extra={"account": account.account_id, "reason": str(error)})
        with database.write() as tx:
            store.mark_asked(tx, account.organization_id, person.person_id, times.now(), refused=False)
    return None


def mention(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Fetches the text and the author of a mention and stores it with the author's contact."""
    from coterie.graph import client as graph  # lazy: its HTTP client takes 8 MB, which an idle worker can do without

    arguments = msgspec.json.decode(job.arguments)
    media_id, comment_id = arguments.get("media_id"), arguments.get("comment_id")
    with database.read() as tx:
        account = account_store.find_account(tx, job.organization_id, arguments["account_id"])
    if account is None:
        return

    def find(client: "httpx.Client") -> tuple[dict[str, Any], float]:
        return graph.find_mention(client, account.account_id, media_id=media_id, comment_id=comment_id)

    try:
        content = _ask(database, settings, account, find)
    except (graph.Refused, graph.Missing) as error:
        log.info("instagram mention missing", extra={"account": account.account_id, "reason": str(error)})
        return
    with database.write() as tx:
        add_mention(tx, caller_for(tx, job.organization_id, via=VIA), account.account_id, arguments, content)


def _ask(
    database: Database, settings: Settings, account: Account, find: Callable[["httpx.Client"], tuple[Any, float]]
) -> Any:
    """Calls the Graph API for an account. A rate limit that is reached or near pauses the account for all jobs,
    and so does a server that does not respond.

    Raises Reschedule while the account is paused, or if this call pauses it.
    """
    from coterie.graph import client as graph  # lazy: its HTTP client takes 8 MB, which an idle worker can do without

    if account.paused_until is not None and account.paused_until > times.now():
        raise Reschedule(account.paused_until)
    token = unseal(settings.data_folder, account.access_token_sealed)
    try:
        with graph.open_graph(account.graph_url, token) as client:
            fetched, pause_seconds = find(client)
    except graph.Limited as error:
        log.warning("instagram limit reached", extra={"account": account.account_id, "seconds": error.pause_seconds})
        raise Reschedule(_pause(database, account, error.pause_seconds)) from None
    except graph.Unreachable as error:
        _note_unanswered(database, account, str(error))
        raise
    except graph.TokenInvalid as error:
        log.error(
            "instagram token invalid: connect the account again",
            extra={"account": account.account_id, "reason": str(error)},
        )
        raise Reschedule(_pause(database, account, TOKEN_PAUSE_SECONDS)) from None
    _unanswered.pop(account.account_id, None)
    if pause_seconds:
        _pause(database, account, pause_seconds)
    return fetched


def _note_unanswered(database: Database, account: Account, reason: str) -> None:
    """From the second call in a row without a response on, pauses the account. Raises Reschedule then."""
    times_in_row = _unanswered[account.account_id] = _unanswered.get(account.account_id, 0) + 1
    if times_in_row < UNANSWERED_MAX:
        return
    seconds = min(UNANSWERED_PAUSE_SECONDS * 2.0 ** (times_in_row - UNANSWERED_MAX), TOKEN_PAUSE_SECONDS)
    extra = {"account": account.account_id, "seconds": seconds, "reason": reason}
    log.warning("instagram does not respond; the account is paused", extra=extra)
    raise Reschedule(_pause(database, account, seconds))


def _pause(database: Database, account: Account, seconds: float) -> str:
    until = times.after(times.now(), seconds)
    with database.write() as tx:
        account_store.pause_account(tx, account.organization_id, account.account_id, until)
    return until
