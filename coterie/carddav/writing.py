"""Takes a card that a device wrote.

A PUT is a difference and not a replacement: the changes the device made since it read the card are applied to the
stored lines and to the contact. A program that returns the bytes it receives gets its own bytes back.
"""

from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from coterie.actions.cards import add_uid
from coterie.actions.contacts import restore_contact
from coterie.actions.devices import add_families
from coterie.carddav.address_data import VERSION_4
from coterie.carddav.errors import UidConflict
from coterie.carddav.group_writing import create_group, update_group
from coterie.carddav.known_contacts import find_removed, find_without_card
from coterie.cards.changing import change_contact, save_lines
from coterie.cards.creating import add_lines, create_contact
from coterie.cards.draft_changes import read_lines
from coterie.cards.rendering import Rendered, Renderer
from coterie.drafts.from_sheet import DRAFT_PARTS
from coterie.model.cards import CardRef, etag_of
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import Contact
from coterie.model.devices import families_of_program, is_rewriting
from coterie.model.ids import new_id
from coterie.model.imports import UID_SOURCE, ContactDraft
from coterie.store import cards as store
from coterie.store.card_owners import find_uid_owner
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.devices import Login
from coterie.vcard.difference import LABELS, Difference, compare, families_of
from coterie.vcard.patch import Patch
from coterie.vcard.raw import (
    ENVELOPE,
    RawLine,
    is_group,
    join_lines,
    make_line,
    split_card,
    uid_of,
    version_of,
)
from coterie.vcard.versions import as_version_3


class Put(Struct, frozen=True):
    """lines: of the card as it came. folder: the data folder. user_agent: of the program.

    has_seen: whether the device named the present ETag, so that it has seen the present lines. is_exact: whether the
    lines are what came, without control characters removed.
    """

    href: str
    lines: list[RawLine]
    user_agent: str
    folder: Path
    has_seen: bool = False
    is_exact: bool = True

    @property
    def text(self) -> str:
        return join_lines(self.lines)


class Outcome(Struct, frozen=True):
    """etag: None if a GET would not give the bytes that came, so that the device reads the card again."""

    is_new: bool
    etag: str | None


class CardWriter:
    """One PUT of a device."""

    def __init__(self, tx: Tx, login: Login, put: Put) -> None:
        self._tx, self._login, self._put = tx, login, put
        self._caller, self._organization_id = login.caller, login.caller.organization_id
        self._written = put.lines
        self._is_rewriting = is_rewriting(put.user_agent)
        self._families = frozenset(login.device.families) | families_of_program(put.user_agent)

    def write(self, ref: CardRef | None) -> Outcome:
        """Takes the card in place of the present one, whose conditions were checked; None if the name is free.

        Raises UidConflict if the UID is that of another card, or not that of the present one.
        """
        uid = uid_of(self._written)
        if ref is not None:
            current = Renderer(self._tx, self._caller, self._put.folder).render([ref])[ref.href]
            if uid is not None and uid != current.uid:
                raise UidConflict(ref.href)
            outcome = self._update(current)
        else:
            outcome = self._create(uid)
        self._save_families()
        return outcome

    def _create(self, uid: str | None) -> Outcome:
        lines = self._written
        if uid is None:
            uid = new_id()
            end = next(index for index, line in enumerate(lines) if line.name == "END")
            lines = [*lines[:end], make_line(f"UID:{uid}"), *lines[end:]]
        if is_group(lines):
            return self._write_group(uid, lines)
        contact = find_removed(self._tx, self._organization_id, uid)
        if contact is None:
            draft = read_lines(lines, self._caller.country)
            draft.external_ids = [(UID_SOURCE, uid)]
            contact = find_without_card(self._tx, self._organization_id, draft)
            if contact is None:
                return self._create_contact(uid, lines, draft)
            add_uid(self._tx, self._caller, contact.id, uid)
        return self._join(contact, uid)

    def _create_contact(self, uid: str, lines: list[RawLine], draft: ContactDraft) -> Outcome:
        sheet = create_contact(self._tx, self._caller, self._put.folder, draft)
        ref = add_lines(self._tx, self._caller, self._put.href, sheet, lines, uid=uid)
        return Outcome(True, self._etag(ref, join_lines(lines)))

    def _join(self, contact: Contact, uid: str) -> Outcome:
        """Restores the contact of a card, deleted or outside the book, and adds the new values of the card."""
        if contact.deleted_at is not None:
            restore_contact(self._tx, self._caller, contact.id)
        sheet = load_sheets(self._tx, self._organization_id, [contact.id], DRAFT_PARTS)[contact.id]
        ref = CardRef(self._put.href, contact.id, sheet.contact.revision, sheet.contact.updated_at)
        stored = store.find_stored_of_contact(self._tx, self._organization_id, contact.id)
        current = Renderer(self._tx, self._caller, self._put.folder).render_sheet(ref, sheet, stored)
        outcome = self._update(replace(current, uid=uid), is_new=True)
        return Outcome(True, outcome.etag)

    def _write_group(self, uid: str, lines: list[RawLine]) -> Outcome:
        owner = find_uid_owner(self._tx, self._organization_id, uid)
        if owner is not None and owner.group is not None:
            raise UidConflict(owner.group)
        ref, body = create_group(self._tx, self._login, self._put.href, uid, lines)
        return Outcome(True, self._etag(ref, body))

    def _etag(self, ref: CardRef, body: str) -> str | None:
        """The ETag, if the card is stored as it came."""
        return etag_of(ref) if self._put.is_exact and body == self._put.text else None

    def _update(self, current: Rendered, *, is_new: bool = False) -> Outcome:
        if current.ref.contact_id is None:
            has_seen = self._seen(current) is not None
            ref, body = update_group(
                self._tx,
                self._login,
                current,
                self._written,
                self._families,
                has_seen=has_seen,
                is_rewriting=self._is_rewriting,
            )
            return Outcome(False, self._etag(ref, body))
        seen = self._seen(current)
        base = list(current.lines) if seen is None else seen
        # a device that writes 3.0 was shown 3.0
        shown = as_version_3(base) if version_of(self._written) == "3.0" else base
        difference = compare(shown, self._written, self._caller.country, self._families)
        if self._is_rewriting:
            keep_better_picture(difference)
        if seen is None:
            # the device cannot have deleted values it never received
            difference.retained += difference.removed
            difference.removed = []
        is_same = self._put.text in (current.text, join_lines(shown))
        if not is_new and (is_same or (difference.is_empty and self._is_rewriting)):
            return Outcome(False, self._etag(current.ref, current.text))
        lines = self._result(current, shown, difference)
        if not is_new and join_lines(lines) == current.text:
            return Outcome(False, self._etag(current.ref, current.text))
        contact_id = current.ref.contact_id
        sheet = change_contact(self._tx, self._caller, self._put.folder, contact_id, before=current.lines, after=lines)
        return self._save(sheet, current.uid, lines, is_new=is_new)

    def _seen(self, current: Rendered) -> list[RawLine] | None:
        """The lines the device was last shown; None if they are unknown."""
        ref, stored = current.ref, current.stored
        if self._put.has_seen or self._login.seen_revision >= ref.revision:
            return list(current.lines)
        own, seen = self._caller.token_id, self._login.seen_revision
        is_last = stored is not None and stored.device_id == own and stored.revision == ref.revision
        if is_last or stored is None:
            return list(current.lines)
        if ref.contact_id is None:  # earlier lines of groups are not stored
            return None
        body = store.find_seen_body(self._tx, self._organization_id, ref.contact_id, revision=seen, device_id=own)
        return split_card(body) if body is not None else None

    def _result(self, current: Rendered, shown: list[RawLine], difference: Difference) -> list[RawLine]:
        """The lines to store: those that came if the device was shown all stored lines as they are."""
        is_current = join_lines(shown) == current.text
        if is_current and not self._is_rewriting and not difference.retained and uid_of(self._written) is not None:
            return self._written
        return Patch(current.lines, self._caller.country, keeps_heads=False).make(difference)

    def _save(self, sheet: ContactSheet, uid: str, lines: list[RawLine], *, is_new: bool) -> Outcome:
        ref = save_lines(self._tx, self._caller, self._put.href, sheet, lines, uid=uid, is_new=is_new)
        return Outcome(is_new, self._etag(ref, join_lines(lines)))

    def _save_families(self) -> None:
        """Remembers which properties the device can write."""
        before = set(self._login.device.families)
        names = {line.entry.name for line in self._written if line.entry} - ENVELOPE
        names = {name for name in names if " " not in name}
        if version_of(self._written) == "4.0":
            names.add(VERSION_4)
        if LABELS not in before and LABELS in families_of(self._written, self._caller.country):
            names.add(LABELS)
        add_families(self._tx, self._login.caller, self._login.device, names)


def keep_better_picture(difference: Difference) -> None:
    """Phones compress a picture again whenever they write anything: a smaller one among other changes is not new."""
    others = len(difference.changed) + len(difference.added) + len(difference.removed) - 1
    pictures = [pair for pair in difference.changed if pair[0].family == "PHOTO"]
    for before, after in pictures if others else ():
        if len(after.main.text) < len(before.main.text):
            difference.changed = [pair for pair in difference.changed if pair[0] is not before]
            difference.retained.append(before)
