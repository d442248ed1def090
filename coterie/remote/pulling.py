"""Reads the changed and the new cards of a remote book."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from coterie.actions.contacts import restore_contact
from coterie.actions.quotas import check_contacts
from coterie.cards.creating import create_contact
from coterie.cards.draft_changes import read_lines
from coterie.errors import Invalid
from coterie.imports.decisions import decide_rows
from coterie.imports.people import subject_of
from coterie.model.contacts import Contact
from coterie.model.ids import new_id
from coterie.model.imports import UID_SOURCE, UPDATE, ContactDraft, RowError
from coterie.model.subscriptions import (
    ASK,
    BOUND,
    CARD_HELD,
    CONFLICT,
    DETACHED,
    ERASED,
    OURS,
    REJECTED,
    UID_TWICE,
    WAITING,
    RemoteCard,
    in_step,
)
from coterie.remote import merge, own_cards
from coterie.remote.context import Context
from coterie.remote.echoes import find_echoes
from coterie.remote.groups import take_group
from coterie.remote.listing import Fetched
from coterie.store import remote_cards as store
from coterie.store.contacts import find_contact, find_contact_by_uuid, find_external_ids
from coterie.store.database import Tx
from coterie.store.merges import find_survivor
from coterie.vcard.raw import RawLine, card_of, decode_card, is_group, join_lines, make_line, split_card, uid_of
from coterie.vcard.read import read_card


def take_cards(tx: Tx, context: Context, fetched: Sequence[Fetched], etags: Mapping[str, str | None]) -> None:
    """Stores cards as the server has them. etags: of the changed cards, from the listing, for cards whose response has
    none; a card that is not in it has the ETag that is stored.

    A card that cannot be stored is recorded as rejected, with the reason. The other cards are still processed.
    """
    names = [each.href for each in fetched]
    known = store.find_remote_cards(tx, context.organization_id, context.subscription.id, names)
    for each in fetched:
        card = known.get(each.href)
        etag = each.etag or etags.get(each.href, card.etag if card else None)
        try:
            with tx.savepoint():
                _take(tx, context, each, card, etag)
        except Invalid as error:
            context.counts.rejected += 1
            context.save_cards(
                tx, rejected(card or RemoteCard(each.href, None, None, ""), etag, "not_taken", error.message)
            )


def rejected(card: RemoteCard, etag: str | None, code: str, reason: str) -> RemoteCard:
    """A card that one side does not take; it is tried again when it changes."""
    return replace(card, etag=etag, state=REJECTED, reason_code=code, reason=reason[:500])


def _take(tx: Tx, context: Context, each: Fetched, card: RemoteCard | None, etag: str | None) -> None:
    if each.body is None:
        if each.error is not None:
            context.counts.rejected += 1
            lost = card or RemoteCard(each.href, None, None, "")
            context.save_cards(tx, rejected(lost, etag or lost.etag, each.error_code, each.error))
        return
    lines = decode_card(each.body)
    text = join_lines(lines)
    uid = uid_of(lines)
    if is_group(lines):
        take_group(tx, context, RemoteCard(each.href, etag, uid, ""), lines)
        return
    card = card or _moved(tx, context, each.href, uid)
    if card is None or card.state not in (BOUND, CARD_HELD, REJECTED) or card.contact_id is None:
        _take_unbound(tx, context, card or RemoteCard(each.href, etag, uid, ""), etag, text)
    else:
        _take_bound(tx, context, replace(card, href=each.href), etag, text)


def _moved(tx: Tx, context: Context, href: str, uid: str | None) -> RemoteCard | None:
    """Finds a renamed card; its row gets the new name. Some servers rename the cards they receive."""
    if uid is None:
        return None
    cards = store.list_by_uid(tx, context.organization_id, context.subscription.id, uid)
    gone = [card for card in cards if card.href in context.gone and card.state == BOUND]
    if len(gone) != 1:
        return None
    store.delete_remote_card(tx, context.organization_id, context.subscription.id, gone[0].href)
    return replace(gone[0], href=href)


# Cards that are in sync -----------------------------------------------------------------------------------------------


def _take_bound(tx: Tx, context: Context, card: RemoteCard, etag: str | None, text: str) -> None:
    if text == card.remote_body and card.state == BOUND:
        context.save_cards(tx, replace(card, etag=etag))
        return
    contact = _contact_of(tx, context, card)
    if contact is None:
        context.save_cards(tx, replace(card, etag=etag, state=ERASED, contact_id=None, remote_body="", own_body=None))
        return
    policy = card.decision or context.policy
    if contact.deleted_at is not None:
        if not context.is_two_way or policy == OURS:
            context.save_cards(tx, replace(card, etag=etag))
            return
        restore_contact(tx, context.caller, contact.id)
    own = own_cards.render(tx, context, [contact.id])[contact.id]
    echoes = find_echoes(tx, context, contact, card, text, own=own.text)
    merged = merge.pull(card, text, own.text, context.caller.country, policy, echoes=echoes)
    if merged.conflicts and policy == ASK:
        context.counts.held += 1
        reason = ", ".join(merged.conflicts)[:500]
        context.save_cards(tx, replace(card, state=CARD_HELD, reason_code=CONFLICT, reason=reason))
        return
    own = own_cards.change(tx, context, own, merged.own)
    if contact.id != card.contact_id and _has_card(tx, context, contact.id):
        # the survivor of a merge has a card of its own; this one stays the loser's, and is deleted there
        context.counts.taken += 1
        context.save_cards(tx, in_step(replace(card, etag=etag), remote=text, own=text, revision=own.revision))
        return
    after = replace(card, etag=etag, contact_id=contact.id)
    _save_base(tx, context, after, own, remote=text, base=merged.base)


def _has_card(tx: Tx, context: Context, contact_id: int) -> bool:
    return store.find_by_contact(tx, context.organization_id, context.subscription.id, contact_id) is not None


def _save_base(tx: Tx, context: Context, card: RemoteCard, own: own_cards.OwnCard, *, remote: str, base: str) -> None:
    """Stores the new base. If our card has more than it, the next push writes that."""
    context.counts.taken += 1
    advanced = replace(
        card, remote_body=remote, own_body=None if base == remote else base, state=BOUND, decision=None,
        reason_code=None, reason=None,
    )  # fmt: skip
    if merge.push(advanced, own.text, context.caller.country) is None:
        advanced = in_step(card, remote=remote, own=own.text, revision=own.revision)
    elif card.contact_revision >= own.revision:
        advanced = replace(advanced, contact_revision=0)
    context.save_cards(tx, advanced)


def _contact_of(tx: Tx, context: Context, card: RemoteCard) -> Contact | None:
    """The contact of a card, or the one it was merged into."""
    assert card.contact_id is not None
    return find_contact(tx, context.organization_id, find_survivor(tx, context.organization_id, card.contact_id))


# Cards without a contact ----------------------------------------------------------------------------------------------


def _take_unbound(tx: Tx, context: Context, card: RemoteCard, etag: str | None, text: str) -> None:
    if card.state == WAITING:
        context.save_cards(tx, replace(card, etag=etag, remote_body=text, uid=uid_of(split_card(text))))
    elif card.state == ERASED or (card.state == DETACHED and card.etag is not None):
        context.save_cards(tx, replace(card, etag=etag))
    else:
        add_card(tx, context, card.href, etag, text)


def add_card(tx: Tx, context: Context, href: str, etag: str | None, text: str) -> None:
    """Takes a card that is new: with the contact it certainly is, or a new one. Raises Invalid if it cannot."""
    lines = with_uid(split_card(text))
    uid = uid_of(lines) or ""
    card = RemoteCard(href, etag, uid, text)
    person = read_card(card_of(lines))
    if isinstance(person, RowError):
        context.save_cards(tx, rejected(card, etag, "not_taken", person.reason))
        context.counts.rejected += 1
        return
    draft = read_lines(lines, context.caller.country)
    contact = _find_by_uid(tx, context, uid)
    if contact is not None and (other := _other_card(tx, context, contact.id, href)) is not None:
        context.counts.rejected += 1
        context.save_cards(tx, rejected(card, etag, UID_TWICE, f"has the UID of {other.href}"))
        return
    if contact is None:
        contact = _find_certain(tx, context, draft, href)
    if contact is None:
        _create(tx, context, card, uid, draft)
    else:
        bind(tx, context, card, contact.id)


def with_uid(lines: list[RawLine]) -> list[RawLine]:
    """The lines with a UID, which some old cards lack."""
    if uid_of(lines) is not None:
        return lines
    end = next(index for index, line in enumerate(lines) if line.name == "END")
    return [*lines[:end], make_line(f"UID:{new_id()}"), *lines[end:]]


def _find_by_uid(tx: Tx, context: Context, uid: str) -> Contact | None:
    contact_id = find_external_ids(tx, context.organization_id, UID_SOURCE, [uid]).get(uid)
    if contact_id is None:
        found = find_contact_by_uuid(tx, context.organization_id, uid)
        contact_id = found.id if found else None
    if contact_id is None:
        return None
    return find_contact(tx, context.organization_id, find_survivor(tx, context.organization_id, contact_id))


def _find_certain(tx: Tx, context: Context, draft: ContactDraft, href: str) -> Contact | None:
    """The contact a card certainly is, as imports decide it, unless another card of the book is that contact."""
    (plan,) = decide_rows(tx, context.caller, [subject_of(draft)])
    if plan.outcome != UPDATE or plan.contact_id is None or _other_card(tx, context, plan.contact_id, href):
        return None
    return find_contact(tx, context.organization_id, plan.contact_id)


def _other_card(tx: Tx, context: Context, contact_id: int, href: str) -> RemoteCard | None:
    """Another card that the contact has in this book and that exists on the server."""
    card = store.find_by_contact(tx, context.organization_id, context.subscription.id, contact_id)
    return card if card and card.href != href and card.etag is not None and card.state == BOUND else None


def _create(tx: Tx, context: Context, card: RemoteCard, uid: str, draft: ContactDraft) -> None:
    check_contacts(tx, context.caller)
    draft.external_ids = [(UID_SOURCE, uid)]
    contact_id = create_contact(tx, context.caller, context.folder, draft).contact.id
    own_cards.put_in_folder(tx, context, contact_id)
    own = own_cards.store_lines(tx, context, contact_id, uid, card.remote_body)
    context.counts.taken += 1
    after = replace(card, contact_id=contact_id)
    context.save_cards(tx, in_step(after, remote=card.remote_body, own=own.text, revision=own.revision))


def bind(tx: Tx, context: Context, card: RemoteCard, contact_id: int) -> None:
    """Merges a card and an existing contact: each gets the values it lacks and keeps its own single values."""
    contact = find_contact(tx, context.organization_id, contact_id)
    if contact is not None and contact.deleted_at is not None:
        restore_contact(tx, context.caller, contact_id)
    delete_other_rows(tx, context, contact_id, card.href)
    own_cards.put_in_folder(tx, context, contact_id)
    own = own_cards.render(tx, context, [contact_id])[contact_id]
    merged = merge.join(card.remote_body, own.text, context.caller.country)
    own = own_cards.change(tx, context, own, merged.own)
    after = replace(card, contact_id=contact_id, contact_revision=0, row_number=None)
    _save_base(tx, context, after, own, remote=card.remote_body, base=merged.base)


def delete_other_rows(tx: Tx, context: Context, contact_id: int, href: str) -> None:
    """Deletes rows of the contact for cards that are no longer in the book."""
    other = store.find_by_contact(tx, context.organization_id, context.subscription.id, contact_id)
    if other is not None and other.href != href and (other.etag is None or other.state != BOUND):
        store.delete_remote_card(tx, context.organization_id, context.subscription.id, other.href)
