"""Why a contact was found: the field and the piece of its text that matched."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.interactions import KINDS
from coterie.search.documents import DIGITS
from coterie.search.folding import chunks, words_of_chunk
from coterie.search.ranking import Match
from coterie.search.texts import Text, is_phone, list_messages, list_personal_notes, load_texts
from coterie.store.database import Tx

PIECE_LENGTH_MAX = 80


class Hit(Struct, frozen=True):
    """field: name, nickname, employer, a handle's channel, address, tag, note, message, conversation, …; piece: at most
    80 characters of its text around what matched. Both are empty if the match is in no single place. bits: how well the
    contact matches."""

    contact_id: int
    field: str
    piece: str
    bits: float


def hits_of(
    tx: Tx,
    organization_id: int,
    contacts: Sequence[Contact],
    matches: Sequence[Match],
    words: Sequence[str],
    *,
    reader_id: str | None,
    messages: Mapping[int, int],
) -> list[Hit]:
    """The hit of each contact, in their order.

    words: of the query; reader_id: the user whose personal notes matched; messages: contact id -> search number of the
    message that matched.
    """
    by_id = {match.contact_id: match for match in matches}
    loaded = load_texts(tx, organization_id, [contact.id for contact in contacts]) if contacts else {}
    if reader_id is not None:
        for contact_id, text in list_personal_notes(tx, organization_id, reader_id):
            if contact_id in loaded:
                loaded[contact_id].texts.append(Text("note", text))
    numbers = {number: contact.id for contact in contacts if (number := messages.get(contact.id)) is not None}
    for number, kind, text in list_messages(tx, organization_id, numbers) if numbers else ():
        if numbers[number] in loaded:
            loaded[numbers[number]].texts.append(Text(kind if kind in KINDS else "conversation", text))
    hits = []
    for contact in contacts:
        match = by_id.get(contact.id)
        field, piece = "", ""
        if match is not None and contact.id in loaded:
            texts = loaded[contact.id].texts
            field, piece = _place(texts, match) or _first_with(texts, words) or ("", "")
        hits.append(Hit(contact.id, field, piece, round(match.bits, 1) if match else 0.0))
    return hits


def _first_with(texts: Sequence[Text], words: Sequence[str]) -> tuple[str, str] | None:
    """The first text that has one of the words."""
    return next(((text.field, piece) for text in texts for word in words if (piece := _around(text.text, word))), None)


def _place(texts: Sequence[Text], match: Match) -> tuple[str, str] | None:
    """The text that has what matched best."""
    for text in texts:
        if match.kind == DIGITS and is_phone(text):
            digits = "".join(filter(str.isdigit, text.normalized + text.text))
            if match.word in digits:
                return text.field, text.text[:PIECE_LENGTH_MAX]
        elif match.word and (piece := _around(text.text, match.word)):
            return text.field, piece
    return None


def _around(text: str, word: str) -> str:
    """The part of a text around the first chunk that has the word; '' if none has."""
    for chunk in chunks(text):
        if any(word in one.forms or word in one.forms[0] for one in words_of_chunk(chunk)):
            place = max(0, text.find(chunk))
            start = max(0, place - (PIECE_LENGTH_MAX - len(chunk)) // 2) if len(text) > PIECE_LENGTH_MAX else 0
            return text[start : start + PIECE_LENGTH_MAX]
    return ""
