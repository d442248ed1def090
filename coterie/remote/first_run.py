"""The first run of a subscription is an import with a preview: its cards are staged, and a person applies them.

Afterwards each card is bound to the contact its row became. A row that waits for a decision, or was skipped, is not
kept in sync; it is bound when it is applied later.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from coterie.errors import Invalid
from coterie.imports.formats.names import VCARD
from coterie.imports.upload import start_import, store_upload
from coterie.model.imports import APPLIED, ROW_APPLIED, SKIP, UNCHANGED, UNDONE, Import, StagedRow
from coterie.model.subscriptions import ACTIVE, DETACHED, GROUP, IGNORED, PREVIEW, WAITING, RemoteCard, in_step
from coterie.remote import merge, own_cards
from coterie.remote.context import Context
from coterie.remote.listing import Fetched, Listing, fetch
from coterie.remote.own_cards import OwnCard
from coterie.remote.pulling import bind, delete_other_rows, rejected, with_uid
from coterie.remote.pushing import Stopped
from coterie.store import import_rows
from coterie.store import remote_cards as store
from coterie.store.database import Tx
from coterie.store.imports import find_import
from coterie.vcard.raw import card_of, decode_card, is_group, join_lines, uid_of
from coterie.vcard.read import read_parts
from coterie.vcard.write import write_card

# of cards in one transaction, so that other writers do not wait for long
BATCH = 25


def stage_first_run(context: Context, listing: Listing) -> Import | None:
    """Reads all cards and starts an import of them, which the worker stages; None if the book has none."""
    number = 0
    with context.write() as tx:  # rows stored by a run that was killed
        store.delete_remote_cards(tx, context.organization_id, context.subscription.id)
    with tempfile.TemporaryDirectory(dir=context.folder) as folder:
        path = Path(folder) / "cards.vcf"
        with path.open("wb") as file:
            for part in fetch(context.client, list(listing.changed)):
                if context.should_stop():
                    raise Stopped
                cards, number = _write(file, part, listing, number)
                with context.write() as tx:
                    context.save_cards(tx, *cards)
        if not number:
            return None
        stored = store_upload(context.folder, path, filename=f"{context.subscription.name}.vcf", file_format=VCARD)
        with context.write() as tx:
            import_ = start_import(tx, context.caller, context.folder, stored, in_background=True)
            context.update(tx, state=PREVIEW, import_id=import_.id)
    return import_


def _write(file: BinaryIO, part: Sequence[Fetched], listing: Listing, number: int) -> tuple[list[RemoteCard], int]:
    """Appends cards to the file; returns their rows and the number of the last one."""
    cards = []
    for each in part:
        etag = each.etag or listing.changed.get(each.href)
        card = RemoteCard(each.href, etag, None, "", state=WAITING)
        if each.body is None:
            if each.error is not None:
                cards.append(rejected(card, etag, each.error_code, each.error))
            continue
        try:
            lines = with_uid(decode_card(each.body))
        except Invalid as error:
            cards.append(rejected(card, etag, "not_taken", error.message))
            continue
        if is_group(lines):
            group = replace(card, uid=uid_of(lines), remote_body=join_lines(lines), own_body="")
            cards.append(replace(group, state=IGNORED, reason_code=GROUP))
            continue
        number += 1
        # without values that have no field, which would become notes: they stay in the card's lines
        file.write(write_card(read_parts(card_of(lines), keeps_rest=False), "4.0").encode("utf-8", "replace"))
        cards.append(replace(card, uid=uid_of(lines), remote_body=join_lines(lines), row_number=number))
    return cards, number


class ImportUndone(Exception):
    """The import of the first run was undone, or deleted before it was applied."""


def bind_applied(context: Context) -> bool:
    """Binds the cards whose rows are applied; False while the first run waits for that. Raises ImportUndone."""
    import_id, is_first = context.subscription.import_id, context.subscription.state == PREVIEW
    if import_id is None:
        return True
    with context.write() as tx:
        import_ = find_import(tx, context.organization_id, import_id)
    if (import_ is None and is_first) or (import_ is not None and import_.state == UNDONE):
        raise ImportUndone
    if import_ is None or import_.state != APPLIED:
        return not is_first
    after: int | None = 0
    while after is not None:
        with context.write() as tx:
            after = _bind_batch(tx, context, import_id, after)
    if is_first:
        with context.write() as tx:
            context.update(tx, state=ACTIVE)
    return True


def _bind_batch(tx: Tx, context: Context, import_id: str, after: int) -> int | None:
    """Binds the next cards; returns the row of the last one, None if there was none."""
    cards = store.list_waiting(tx, context.organization_id, context.subscription.id, after=after, limit=BATCH)
    numbers = [card.row_number or 0 for card in cards]
    rows = import_rows.list_rows_by_number(tx, context.organization_id, import_id, numbers)
    contacts = {card.href: _contact_id(tx, context, rows.get(card.row_number or 0)) for card in cards}
    owns = own_cards.render(tx, context, filter(None, contacts.values()))
    for card in cards:
        row, own = rows.get(card.row_number or 0), owns.get(contacts[card.href] or 0)
        if row is not None and row.decision == SKIP:
            context.save_cards(tx, replace(card, state=DETACHED, row_number=None))
        elif row is not None and own is not None:
            _bind(tx, context, card, own, is_new=row.is_new)
    return numbers[-1] if numbers else None


def _contact_id(tx: Tx, context: Context, row: StagedRow | None) -> int | None:
    """The contact that a row became; None while it is not applied."""
    if row is None:
        return None
    contact_id = row.contact_id
    if row.same_as_row is not None and contact_id is None:
        import_id = context.subscription.import_id or ""
        same = import_rows.list_rows_by_number(tx, context.organization_id, import_id, [row.same_as_row])
        contact_id = same[row.same_as_row].contact_id if row.same_as_row in same else None
    return contact_id if row.state == ROW_APPLIED or row.outcome == UNCHANGED else None


def _bind(tx: Tx, context: Context, card: RemoteCard, own: OwnCard, *, is_new: bool) -> None:
    """Brings a card in sync with the contact of its row. is_new: whether the row created it."""
    contact_id = own.contact_id
    if _has_card(tx, context, contact_id, card.href):
        context.save_cards(tx, replace(card, state=DETACHED, contact_id=contact_id, row_number=None))
    elif is_new and merge.is_covered(own.text, card.remote_body, context.caller.country):
        # it has not changed since: it gets the card's own lines
        delete_other_rows(tx, context, contact_id, card.href)
        own_cards.put_in_folder(tx, context, contact_id)
        taken = own_cards.take_lines(tx, context, own, card.remote_body, card.uid or own.uid)
        after = replace(card, contact_id=contact_id, row_number=None)
        context.save_cards(tx, in_step(after, remote=card.remote_body, own=taken.text, revision=taken.revision))
        context.counts.taken += 1
    else:
        bind(tx, context, card, contact_id)


def _has_card(tx: Tx, context: Context, contact_id: int, href: str) -> bool:
    """Whether another card of the book is in sync with the contact: two cards that are one person."""
    other = store.find_by_contact(tx, context.organization_id, context.subscription.id, contact_id)
    return other is not None and other.href != href and other.state == "bound"
