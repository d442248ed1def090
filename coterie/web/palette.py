"""The palette: one input that finds people, pages and actions. Without script it is a page of links."""

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.search import search_contacts
from coterie.store.contacts import list_contacts
from coterie.store.database import Tx
from coterie.store.segments import list_segments
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.pictures import pictures_of
from coterie.web.settings import LINKS

PEOPLE = 8
RECENT = 5
SEGMENTS_MAX = 500
SEGMENTS_SHOWN = 5
QUERY_LENGTH_MAX = 500
# label -> path below the organization
ACTS = {
    "New person": "people/new", "Log a conversation": "log", "Import contacts": "imports/new",
    "Export people": "people/export",
}  # fmt: skip
PAGES_OF_APP = {
    "Today": "today", "People": "people", "Segments": "segments", "Audience": "audience", "Imports": "imports",
    "Duplicates": "duplicates", "History": "history", "Staying in touch": "in-touch", "Settings": "settings",
}  # fmt: skip


class PaletteEntry(Struct, frozen=True):
    """detail: shown next to the label. contact: whose picture or initials are shown instead of the icon."""

    label: str
    url: str
    icon: str
    detail: str = ""
    contact: Contact | None = None


class PaletteSection(Struct, frozen=True):
    label: str
    entries: Sequence[PaletteEntry]


def show(tx: Tx, visit: Visit) -> Result:
    text = visit.query.get("q", "").replace("\0", "").strip()[:QUERY_LENGTH_MAX]
    groups = [
        PaletteSection("People" if text else "Changed last", _people(tx, visit, text)),
        PaletteSection("Do", _matching(visit, text, ACTS, "circle-plus")),
        PaletteSection("Go to", [*_matching(visit, text, PAGES_OF_APP, "chevron-right"), *_settings(visit, text)]),
        PaletteSection("Segments", _segments(tx, visit, text)),
    ]
    contacts = [each.contact for each in groups[0].entries if each.contact is not None]
    values = {
        "groups": [group for group in groups if group.entries], "text": text,
        "pictures": pictures_of(tx, visit, contacts),
    }  # fmt: skip
    return Show(template="palette/list.html" if visit.is_fragment else "palette/index.html", values=values)


def _people(tx: Tx, visit: Visit, text: str) -> list[PaletteEntry]:
    """The best matches and the way to create one; without a text, the people changed last."""
    organization_id = visit.acting.organization_id
    if text:
        contacts = search_contacts(tx, organization_id, text, limit=PEOPLE, reader_id=visit.acting.user_id).contacts
    else:
        contacts = list_contacts(tx, organization_id, order="updated_at", descending=True, limit=RECENT)
    entries = [
        PaletteEntry(_name(each), f"{visit.root}/people/{each.id}", "user", _detail(each), contact=each)
        for each in contacts
    ]
    if text:
        entries.append(
            PaletteEntry(f"Create “{text}”", f"{visit.root}/people/new?{urlencode({'name': text})}", "user-plus")
        )
        entries.append(
            PaletteEntry(f"All people for “{text}”", f"{visit.root}/people?{urlencode({'q': text})}", "search")
        )
    return entries


def _name(contact: Contact) -> str:
    return contact.shown_name or "No name"


def _detail(contact: Contact) -> str:
    """A detail that tells people of one name apart."""
    work = ", ".join(filter(None, (contact.job_title, contact.employer)))
    return work or contact.email or contact.phone or ""


def _fits(text: str, label: str) -> bool:
    """Whether every word of the text begins a word of the label."""
    words = label.casefold().split()
    return all(any(word.startswith(each) for word in words) for each in text.casefold().split())


def _matching(visit: Visit, text: str, entries: dict[str, str], icon: str) -> list[PaletteEntry]:
    return [PaletteEntry(label, f"{visit.root}/{path}", icon) for label, path in entries.items() if _fits(text, label)]


def _settings(visit: Visit, text: str) -> list[PaletteEntry]:
    """The pages of the settings whose names match."""
    links = [each for group in LINKS.values() for each in group]
    return [
        PaletteEntry(
            each.title, each.path if each.path.startswith("/") else f"{visit.root}/settings/{each.path}", each.icon
        )
        for each in links
        if text and _fits(text, each.title)
    ]


def _segments(tx: Tx, visit: Visit, text: str) -> list[PaletteEntry]:
    segments = list_segments(tx, visit.acting.organization_id, limit=SEGMENTS_MAX) if text else []
    found = [each for each in segments if _fits(text, each.name)][:SEGMENTS_SHOWN]
    return [
        PaletteEntry(each.name, f"{visit.root}/people?{urlencode({'filter': f'segment:#{each.id}'})}", "filter")
        for each in found
    ]


PAGES = (Page("GET", "/{o:int}/palette", show, "search"),)
