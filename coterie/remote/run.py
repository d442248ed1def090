"""One run of a subscription: it reads the changes of the server and writes the local changes.

Guarantees. The sync token is stored only when every change before it is taken, rejected with a reason, or held. A run
that was killed at any moment leaves each card either as it was or wholly done; the next run continues. A run that would
delete or change too much does nothing before a person has agreed.
"""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from coterie.errors import NotFound
from coterie.model import times
from coterie.model.subscriptions import (
    ACTIVE,
    BOUND,
    CARD_HELD,
    DELETED_THERE,
    DETACH,
    DETACHED,
    EMPTY,
    HELD,
    INCOMPLETE,
    MANY,
    NEW,
    NOT_READ,
    PAUSED,
    PREVIEW,
    REJECTED,
    RUN_EVERY_SECONDS,
    UID_TWICE,
    HeldRun,
    RemoteCard,
    covers,
    is_risky,
    path_of,
)
from coterie.remote import own_cards
from coterie.remote.context import Context, Counts
from coterie.remote.discovery import FoundBook, find_books, read_book
from coterie.remote.errors import RemoteError
from coterie.remote.first_run import BATCH, ImportUndone, bind_applied, stage_first_run
from coterie.remote.groups import follow_groups
from coterie.remote.listing import Listing, fetch, list_changes
from coterie.remote.photos import fetch_photos
from coterie.remote.pulling import take_cards
from coterie.remote.pushing import follow_merges, push_changes, push_deletions
from coterie.remote.removing import remove_cards
from coterie.remote.unchanged import drop_unchanged
from coterie.store import remote_cards as store
from coterie.store.cards import last_change
from coterie.store.database import Tx
from coterie.store.folders import find_folder

FAILURE_SECONDS_MAX = 6 * 3600.0
NAMES_SHOWN = 50
_NO_FOLDER = "The folder of the subscription was deleted: remove it and add it again with another folder"
_UNDONE = "The import of the first run was undone; add the subscription again to start again"


def synchronize(context: Context) -> Counts:
    """Runs a subscription once; what happened is in its state. Raises NotFound if it was deleted."""
    with context.write() as tx:  # what fails without a reason is not repeated at once
        context.update(tx, next_run_at=times.after(times.now(), RUN_EVERY_SECONDS))
    try:
        _run(context)
    except RemoteError as error:
        _fail(context, error)
    return context.counts


def _run(context: Context) -> None:
    _check_folder(context)
    if context.subscription.state == NEW:
        book = _find_book(context)
        listing = list_changes(context.client, book, {}, None)
        if listing.incomplete:
            raise RemoteError("incomplete", listing.incomplete)
        import_ = stage_first_run(context, listing)
        state = ACTIVE if import_ is None else PREVIEW
        _succeed(context, state=state, sync_token=listing.token, ctag=listing.ctag)
        return
    try:
        is_applied = bind_applied(context)
    except ImportUndone:
        with context.write() as tx:
            context.update(tx, state=PAUSED, error_code="import_undone", error=_UNDONE, next_run_at=None)
        return
    if is_applied:
        book = read_book(context.client)
        _follow(context, book)
        _synchronize(context, book)
    else:  # the schedule looks whether it was applied
        with context.write() as tx:
            context.update(tx, next_run_at=None)


def _check_folder(context: Context) -> None:
    """Raises RemoteError if the folder was deleted: without one, everyone on phones would be in the book."""
    folder_id = context.subscription.folder_id
    with context.database.read() as tx:
        if folder_id is not None and find_folder(tx, context.organization_id, folder_id) is None:
            raise RemoteError("no_folder", _NO_FOLDER, is_lasting=True)


def _find_book(context: Context) -> FoundBook:
    """The book that the user's URL leads to; its own URL is stored."""
    books = find_books(context.client)
    if len(books) > 1:
        listed = ", ".join(f"{book.url} ({book.name or 'no name'})" for book in books[:10])
        message = f"The address has {len(books)} books; subscribe to one of them: {listed}"
        raise RemoteError("several_books", message, is_lasting=True)
    if books[0].url != context.client.url:
        context.client.url = books[0].url
        with context.write() as tx:
            context.update(tx, url=books[0].url)
    return books[0]


def _follow(context: Context, book: FoundBook) -> None:
    """Stores the new place of a book to which the server redirects; its cards have the same names there."""
    before, after = (path_of(url, url) for url in (context.client.url, book.url))
    if before is None or after is None or before == after or not before.endswith("/"):
        return
    with context.write() as tx:
        context.update(tx, url=book.url, sync_token=None)
        store.rename_remote_cards(tx, context.organization_id, context.subscription.id, before, after)
    context.client.url = book.url
    context.subscription = replace(context.subscription, url=book.url, sync_token=None)


class _Plan(Struct):
    """The changes of a run, computed before it makes any.

    listing: the changes on the server. bound: the hrefs of the cards that are in sync. removed: the hrefs of cards that
    the server no longer has. deleted: cards whose contact was deleted locally. decided: held cards about which a
    person has decided. up_to: the newest change number before the run.
    """

    listing: Listing
    bound: set[str]
    removed: list[str]
    deleted: list[RemoteCard]
    decided: list[RemoteCard]
    up_to: int

    def held(self) -> HeldRun:
        """How much it is, and why it may be too much."""
        code = MANY
        removed = len(self.bound.intersection(self.removed))
        if self.listing.present == 0 and removed:
            code = EMPTY
        elif self.listing.incomplete:
            code = INCOMPLETE
        changed = sum(1 for href, etag in self.listing.changed.items() if href in self.bound and etag is not None)
        return HeldRun(code, removed, changed, len(self.deleted))

    def is_risky(self, held: HeldRun) -> bool:
        """Whether a person must agree."""
        return held.code in (EMPTY, INCOMPLETE) or is_risky(held, len(self.bound))


def _synchronize(context: Context, book: FoundBook) -> None:
    plan = _plan(context, book)
    held, approval = plan.held(), context.subscription.approved
    if plan.is_risky(held) and not covers(approval, held) and not plan.is_risky(replace(held, changed=0)):
        drop_unchanged(context, plan.listing, plan.bound)
        held = plan.held()
    if plan.is_risky(held) and not covers(approval, held):
        _hold(context, plan, held)
        return
    # also if less is to be done than when it was decided
    is_detached = approval is not None and approval.decision == DETACH
    context.gone = frozenset(plan.removed)
    again = [card.href for card in plan.decided if card.reason_code != DELETED_THERE]
    _take(context, [*plan.listing.changed, *_rejected_for(context, NOT_READ), *again], plan)
    _remove(context, [*plan.removed, *(c.href for c in plan.decided if c.reason_code == DELETED_THERE)], is_detached)
    if plan.removed:
        _take(context, _rejected_for(context, UID_TWICE), plan)
    follow_groups(context)
    fetch_photos(context)
    if context.is_two_way:
        push_changes(context, up_to=plan.up_to)
        if is_detached:
            _detach(context, plan.deleted)
        else:
            push_deletions(context, plan.deleted)
    _succeed(context, state=ACTIVE, sync_token=plan.listing.token, ctag=plan.listing.ctag, seen_change=plan.up_to)


def _plan(context: Context, book: FoundBook) -> _Plan:
    with context.write() as tx:
        etags = store.list_etags(tx, context.organization_id, context.subscription.id)
        if context.is_two_way:
            follow_merges(tx, context)
        decided, deleted = _decided(tx, context), _deleted_here(tx, context)
        up_to = last_change(tx, context.organization_id)
    known = {href: etag for href, (etag, _) in etags.items() if etag is not None}
    listing = list_changes(context.client, book, known, context.subscription.sync_token)
    bound = {href for href, (etag, state) in etags.items() if etag is not None and state in (BOUND, CARD_HELD)}
    removed = [href for href in listing.removed if href in known]
    return _Plan(listing, bound, removed, deleted, decided, up_to)


def _rejected_for(context: Context, code: str) -> list[str]:
    """Cards that were rejected for a reason that may be over: another card had the UID, or they were not served."""
    with context.write() as tx:
        cards = store.list_in_state(tx, context.organization_id, context.subscription.id, [REJECTED], limit=10_000)
    return [card.href for card in cards if card.reason_code == code]


def _decided(tx: Tx, context: Context) -> list[RemoteCard]:
    """Held cards about which a person has decided."""
    held = store.list_in_state(tx, context.organization_id, context.subscription.id, [CARD_HELD], limit=10_000)
    return [card for card in held if card.decision is not None]


def _deleted_here(tx: Tx, context: Context) -> list[RemoteCard]:
    if not context.is_two_way:
        return []
    return store.list_deleted_here(tx, context.organization_id, context.subscription.id)


def _take(context: Context, hrefs: Sequence[str], plan: _Plan) -> None:
    for part in fetch(context.client, list(dict.fromkeys(hrefs))):
        with context.write() as tx:
            take_cards(tx, context, part, plan.listing.changed)


def _remove(context: Context, hrefs: Sequence[str], detach: bool) -> None:
    for start in range(0, len(hrefs), BATCH):
        with context.write() as tx:
            remove_cards(tx, context, hrefs[start : start + BATCH], detach=detach)


def _detach(context: Context, cards: Sequence[RemoteCard]) -> None:
    with context.write() as tx:
        context.save_cards(tx, *(replace(card, state=DETACHED) for card in cards))


# How a run ends -------------------------------------------------------------------------------------------------------


def _hold(context: Context, plan: _Plan, held: HeldRun) -> None:
    hrefs = [*plan.removed, *(card.href for card in plan.deleted), *plan.listing.changed][: 4 * NAMES_SHOWN]
    now = times.now()
    with context.write() as tx:
        known = store.find_remote_cards(tx, context.organization_id, context.subscription.id, hrefs)
        ids = [card.contact_id for href in hrefs if (card := known.get(href)) and card.contact_id is not None]
        held.names = own_cards.names_of(tx, context, ids[:NAMES_SHOWN])
        context.update(
            tx, state=HELD, held=held, approved=None, last_run_at=now, error_code=None, error=None,
            next_run_at=times.after(now, RUN_EVERY_SECONDS),
        )  # fmt: skip


def _succeed(context: Context, **columns: object) -> None:
    now = times.now()
    is_preview = columns.get("state") == PREVIEW
    with context.write() as tx:
        context.update(
            tx, **columns, held=None, approved=None, error_code=None, error=None, failure_count=0, last_run_at=now,
            last_success_at=now, next_run_at=None if is_preview else times.after(now, RUN_EVERY_SECONDS),
        )  # fmt: skip


def _fail(context: Context, error: RemoteError) -> None:
    """Stores what went wrong, and when to try again: as the server says, otherwise after a growing pause."""
    now, count = times.now(), context.subscription.failure_count + 1
    pause = RUN_EVERY_SECONDS if error.is_lasting else min(60.0 * 2.0 ** min(count, 10), FAILURE_SECONDS_MAX)
    seconds = error.seconds if error.seconds is not None else pause
    with suppress(NotFound), context.write() as tx:
        context.update(
            tx, error_code=error.code, error=error.message[:1000], failure_count=count, last_run_at=now,
            next_run_at=times.after(now, max(seconds, 1.0)),
        )  # fmt: skip
