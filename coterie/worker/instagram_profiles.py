"""What the worker asks the Graph for: profiles of people, what stands behind a mention. Handlers may run twice."""

import hashlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import structlog

from coterie.actions.attachments import forget_files
from coterie.actions.callers import caller_for
from coterie.actions.instagram import MENTION_JOB, PROFILE_JOB, VIA
from coterie.actions.instagram_people import note_refusal, save_profile, show_picture
from coterie.actions.instagram_updates import add_mention
from coterie.graph.picture_links import EXTENSIONS, address_prefix, picture_address
from coterie.model import times
from coterie.model.instagram import Account, Person, Profile
from coterie.model.jobs import Job, Reschedule
from coterie.settings import Settings
from coterie.store import instagram as store
from coterie.store.database import Database, Tx
from coterie.store.files import file_path, lock_files, save_file
from coterie.store.secrets import unseal

if TYPE_CHECKING:
    import httpx

# An account whose token is not valid any more is tried again after so long; connecting it again ends the wait
TOKEN_PAUSE_SECONDS = 3600.0
log = structlog.get_logger()


def profile(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Ask for one person's profile; keep it, today's follower count and the picture."""
    arguments = msgspec.json.decode(job.arguments)
    person_id = arguments["person_id"]
    with database.read() as tx:
        account = store.find_account(tx, job.organization_id, arguments["account_id"])
        person = store.find_people(tx, job.organization_id, [person_id]).get(person_id)
    if account is None or person is None or not person.may_be_asked(times.now()):
        return
    found = _ask_for_profile(database, settings, account, person)
    if found is None:
        return
    with database.write() as tx:
        store.lock_account(tx, account.organization_id, account.account_id)
        person = store.find_people(tx, job.organization_id, [person_id]).get(person_id)
        if person is None:
            return
        caller = caller_for(tx, job.organization_id, via=VIA)
        contact_id = save_profile(tx, caller, person, found, ours=address_prefix(settings))
    if contact_id is not None and found.picture_url:
        _keep_picture(database, settings, account, contact_id, found.picture_url)


def _ask_for_profile(database: Database, settings: Settings, account: Account, person: Person) -> Profile | None:
    from coterie.graph import client as graph  # lazy: its HTTP client is 8 MB an idle worker does without

    try:
        found: Profile = _ask(database, settings, account, lambda client: graph.find_profile(client, person.person_id))
        return found
    except graph.Refused:
        with database.write() as tx:
            note_refusal(tx, caller_for(tx, account.organization_id, via=VIA), person)
    except graph.Missing as error:
        log.info("instagram profile missing", account=account.account_id, reason=str(error))
        with database.write() as tx:
            store.mark_asked(tx, account.organization_id, person.person_id, times.now(), refused=False)
    return None


def mention(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Ask for the text and the author of a mention, and keep it with the contact of that username."""
    from coterie.graph import client as graph  # lazy: its HTTP client is 8 MB an idle worker does without

    arguments = msgspec.json.decode(job.arguments)
    media_id, comment_id = arguments.get("media_id"), arguments.get("comment_id")
    with database.read() as tx:
        account = store.find_account(tx, job.organization_id, arguments["account_id"])
    if account is None:
        return

    def find(client: "httpx.Client") -> tuple[dict[str, Any], float]:
        return graph.find_mention(client, account.account_id, media_id=media_id, comment_id=comment_id)

    try:
        found = _ask(database, settings, account, find)
    except (graph.Refused, graph.Missing) as error:
        log.info("instagram mention missing", account=account.account_id, reason=str(error))
        return
    with database.write() as tx:
        add_mention(tx, caller_for(tx, job.organization_id, via=VIA), account.account_id, arguments, found)


def _ask(
    database: Database, settings: Settings, account: Account, find: Callable[["httpx.Client"], tuple[Any, float]]
) -> Any:
    """Ask in the account's name, unless it is paused; a limit, reached or near, pauses it for everyone."""
    from coterie.graph import client as graph  # lazy: its HTTP client is 8 MB an idle worker does without

    if account.paused_until is not None and account.paused_until > times.now():
        raise Reschedule(account.paused_until)
    token = unseal(settings.data_folder, account.access_token_sealed)
    try:
        with graph.open_graph(account.graph_url, token) as client:
            found, pause_seconds = find(client)
    except graph.Limited as error:
        log.warning("instagram limit reached", account=account.account_id, seconds=error.pause_seconds)
        raise Reschedule(_pause(database, account, error.pause_seconds)) from None
    except graph.TokenInvalid as error:
        log.error("instagram token invalid: connect the account again", account=account.account_id, reason=str(error))
        raise Reschedule(_pause(database, account, TOKEN_PAUSE_SECONDS)) from None
    if pause_seconds:
        _pause(database, account, pause_seconds)
    return found


def _pause(database: Database, account: Account, seconds: float) -> str:
    until = times.after(times.now(), seconds)
    with database.write() as tx:
        store.pause_account(tx, account.organization_id, account.account_id, until)
    return until


def _keep_picture(database: Database, settings: Settings, account: Account, contact_id: int, url: str) -> None:
    """Fetch the picture into the contact's attachments, once for each address; the one before goes."""
    from coterie.graph import pictures  # lazy: its HTTP client is 8 MB an idle worker does without

    # what changes daily is the signature in the query; the path names the picture
    mark = "instagram-" + hashlib.sha256(urlsplit(url).path.encode("utf-8", "replace")).hexdigest()[:16]
    with database.read() as tx:
        kept = store.list_pictures(tx, account.organization_id, contact_id)
    known = next((attachment_id for name, _, attachment_id in kept if name.startswith(mark)), None)
    if known is not None:
        with database.write() as tx:
            _show_picture(tx, settings, account, contact_id, known)
        return
    try:
        data, media_type = pictures.fetch_picture(url, account.graph_url)
    except pictures.NoPicture as error:
        log.info("instagram picture not kept", account=account.account_id, reason=str(error))
        return
    digest, byte_count = save_file(settings.data_folder, data)
    with database.write() as tx:
        lock_files(tx)
        if not file_path(settings.data_folder, digest).exists():
            save_file(settings.data_folder, data)  # somebody removed the same bytes before a row named them
        before = store.list_pictures(tx, account.organization_id, contact_id)
        fresh = store.replace_pictures(
            tx,
            account.organization_id,
            contact_id,
            filename=f"{mark}.{EXTENSIONS[media_type]}",
            media_type=media_type,
            byte_count=byte_count,
            digest=digest,
        )
        unused = [old for _, old, _ in before] + ([] if fresh else [digest])
        forget_files(tx, caller_for(tx, account.organization_id, via=VIA), unused)
        if fresh is not None:
            _show_picture(tx, settings, account, contact_id, fresh)


def _show_picture(tx: Tx, settings: Settings, account: Account, contact_id: int, attachment_id: str) -> None:
    """The contact's address of the picture is ours, where people can reach this instance at one."""
    if settings.base_url:
        url = picture_address(settings, account.organization_id, contact_id, attachment_id)
        show_picture(tx, caller_for(tx, account.organization_id, via=VIA), contact_id, url)


HANDLERS = {PROFILE_JOB: profile, MENTION_JOB: mention}
