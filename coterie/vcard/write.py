"""A ContactDraft as a card: 3.0 (RFC 2426) or 4.0 (RFC 6350), such that reading it gives the draft again.

What a version cannot say stands in X- properties: Apple's, where phones know them, else ours (X-COTERIE-…).
Not written: interactions, which are no part of an address book, and warnings.
"""

import base64
import re

from msgspec import Struct

from coterie.errors import invalid
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.vcard import values
from coterie.vcard.channels import is_linkedin, profile_url, types_of_label
from coterie.vcard.read import OWN, full_name, is_same_name

VERSIONS = ("3.0", "4.0")
LINE_OCTETS_MAX = 75
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GENDERS = {"male": "M", "female": "F", "other": "O"}
_PROPERTY_OF_CHANNEL = {"phone": "TEL", "email": "EMAIL", "website": "URL"}


class _Lines(Struct):
    """The content lines written so far, and the number of the last group with a label."""

    version: str
    lines: list[str]
    group: int = 0

    def add(self, head: str, value: str | None) -> None:
        """One line of text; nothing where there is none."""
        if value is not None:
            self.lines.append(f"{head}:{values.escape(value)}")

    def add_labelled(self, head: str, value: str, label: str | None) -> None:
        """One line with an escaped value, and its label beside it: Apple's way, which Google reads too."""
        if label is None:
            self.lines.append(f"{head}:{value}")
            return
        self.group += 1
        self.lines.append(f"item{self.group}.{head}:{value}")
        self.lines.append(f"item{self.group}.X-ABLabel:{values.escape(label)}")


def write_card(draft: ContactDraft, version: str) -> str:
    """The card as text with CRLF, folded at 75 octets, ready for a file or a CardDAV answer.

    version is "3.0" or "4.0". Control characters and lone surrogates, which no card may hold, are left out.
    """
    if version not in VERSIONS:
        raise invalid("version", "is neither 3.0 nor 4.0", kind="choice")
    out = _Lines(version, ["BEGIN:VCARD", f"VERSION:{version}"])
    _write_names(draft, out)
    _write_person(draft, out)
    for handle in draft.handles:
        _write_handle(handle, out)
    for address in draft.addresses:
        _write_address(address, out)
    for date in draft.dates:
        _write_date(date, out)
    for picture in draft.pictures:
        _write_picture(picture, out)
    if draft.tags:
        out.lines.append("CATEGORIES:" + ",".join([values.escape(tag) for tag in draft.tags]))
    out.add("NOTE", draft.note)
    _write_own(draft, out)
    out.lines.append("END:VCARD")
    return "".join([_fold(line) for line in out.lines])


def _write_names(draft: ContactDraft, out: _Lines) -> None:
    joined = full_name(draft)
    formatted = draft.display_name or joined or draft.nickname or draft.employer
    if formatted is None:
        formatted = draft.handles[0].value if draft.handles else "?"
    out.add("FN", formatted)
    parts = (draft.last_name, draft.first_name, draft.middle_name, draft.name_prefix, draft.name_suffix)
    out.lines.append("N:" + ";".join([values.escape(part or "") for part in parts]))
    if joined is None or (draft.display_name and is_same_name(draft.display_name, joined)):
        # FN alone would be read as the parts of a name, or as repeating them
        out.add(OWN + "DISPLAY-NAME", draft.display_name or "")
    out.add("NICKNAME", draft.nickname)


def _write_person(draft: ContactDraft, out: _Lines) -> None:
    is_4 = out.version == "4.0"
    if draft.birthday:
        _write_day("BDAY", draft.birthday, None, out)
    if draft.gender:
        letter = _GENDERS.get(draft.gender)
        value = letter or f"O;{values.escape(draft.gender)}"
        out.lines.append(f"{'GENDER' if is_4 else 'X-GENDER'}:{value}")
    out.add("ORG", draft.employer)
    out.add("TITLE", draft.job_title)
    out.add("LANG" if is_4 else "X-LANG", draft.language)
    _write_ids(draft, out)


def _write_ids(draft: ContactDraft, out: _Lines) -> None:
    """A card has one UID; further ids, and ids of other sources, are ours."""
    has_uid = False
    for source, external_id in draft.external_ids:
        if source == "vcard" and not has_uid:
            has_uid = True
            if out.version == "3.0":
                out.add("UID", external_id)
            elif _UUID.fullmatch(external_id):
                out.add("UID", f"urn:uuid:{external_id}")
            else:
                out.add("UID;VALUE=text", external_id)
        else:
            value = f"{values.escape(source)};{values.escape(external_id)}"
            out.lines.append(f"{OWN}OUTSIDE-ID:{value}")


def _write_handle(handle: HandleDraft, out: _Lines) -> None:
    name = _PROPERTY_OF_CHANNEL.get(handle.channel)
    if handle.channel == "linkedin" and is_linkedin(handle.value):
        name = "URL"
    if name is None:
        _write_profile(handle, out)
        return
    types = types_of_label(handle.label) if handle.label else ()
    head = name + _types(types or (), handle.is_primary, out.version)
    if name == "URL" and handle.channel == "website" and is_linkedin(handle.value):
        head += ";X-CHANNEL=website"
    value = values.escape_uri(handle.value) if name == "URL" else values.escape(handle.value)
    out.add_labelled(head, value, handle.label if types is None else None)


def _write_profile(handle: HandleDraft, out: _Lines) -> None:
    """Apple's form, which phones show as a profile: the service as type, the name as parameter, a link."""
    head = "X-SOCIALPROFILE" + _types((handle.channel,), handle.is_primary, out.version)
    url = profile_url(handle.channel, handle.value)
    if url is not None:
        head += f";X-USER={values.quote(handle.value)}"
    out.add_labelled(head, values.escape(handle.value) if url is None else url, handle.label)


def _write_address(address: AddressDraft, out: _Lines) -> None:
    lines = (address.address_line_1, address.address_line_2, address.address_line_3)
    street = "\n".join([line for line in lines if line])
    parts = (street, address.locality, address.region, address.postcode, address.country)
    if not any(parts):
        return
    types = types_of_label(address.label) if address.label else ()
    value = ";;" + ";".join([values.escape(part or "") for part in parts])
    head = "ADR" + _types(types or (), is_primary=False, version=out.version)
    out.add_labelled(head, value, address.label if types is None else None)


def _write_date(date: DateDraft, out: _Lines) -> None:
    is_first = not any(line.startswith("ANNIVERSARY") for line in out.lines)
    if date.label == "anniversary" and out.version == "4.0" and is_first:
        _write_day("ANNIVERSARY", date.occurs_on, None, out)
    else:
        _write_day("X-ABDATE", date.occurs_on, date.label, out)


def _write_day(name: str, day: str, label: str | None, out: _Lines) -> None:
    """A date: basic format in 4.0 (RFC 6350, 4.3.1); in 3.0 a missing year is Apple's 1604."""
    if out.version == "4.0":
        compact = day.replace("-", "") if not day.startswith("--") else "--" + day[2:].replace("-", "")
        out.add_labelled(name, values.escape(compact), label)
    elif day.startswith("--"):
        year = values.APPLE_NO_YEAR
        out.add_labelled(f"{name};X-APPLE-OMIT-YEAR={year}", values.escape(f"{year}{day[1:]}"), label)
    else:
        out.add_labelled(f"{name};VALUE=date", values.escape(day), label)


def _write_picture(picture: PictureDraft, out: _Lines) -> None:
    media_type = picture.media_type
    if out.version == "4.0":
        if picture.data is not None:
            encoded = base64.b64encode(picture.data).decode()
            out.lines.append(f"PHOTO:data:{media_type or ''};base64,{encoded}")
        elif picture.url is not None:
            kind = f";MEDIATYPE={values.quote(media_type)}" if media_type else ""
            out.lines.append(f"PHOTO{kind}:{values.escape_uri(picture.url)}")
        return
    kind = ""
    if media_type:
        image = media_type.removeprefix("image/")
        kind = f";TYPE={values.quote(image.upper() if image != media_type else media_type)}"
    if picture.data is not None:
        out.lines.append(f"PHOTO;ENCODING=b{kind}:{base64.b64encode(picture.data).decode()}")
    elif picture.url is not None:
        out.lines.append(f"PHOTO;VALUE=uri{kind}:{values.escape_uri(picture.url)}")


def _write_own(draft: ContactDraft, out: _Lines) -> None:
    out.add(OWN + "HOW-YOU-MET", draft.how_you_met)
    out.add(OWN + "BIO", draft.bio)
    if draft.is_follower is not None:
        out.lines.append(f"{OWN}FOLLOWER:{str(draft.is_follower).upper()}")
    for folder in draft.folders:
        out.add(OWN + "FOLDER", folder)


def _types(types: tuple[str, ...], is_primary: bool, version: str) -> str:
    """TYPE (and, in 4.0, PREF) as parameters; one TYPE each, which every reader understands."""
    said = "".join([f";TYPE={name}" for name in types])
    if not is_primary:
        return said
    return said + (";PREF=1" if version == "4.0" else ";TYPE=pref")


def _fold(line: str) -> str:
    """A content line in pieces of at most 75 octets, none of which cuts a character (RFC 6350, 3.2)."""
    if len(line) <= LINE_OCTETS_MAX and line.isascii():
        return line + "\r\n"
    octets = line.encode()
    pieces: list[bytes] = []
    start, room = 0, LINE_OCTETS_MAX
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LINE_OCTETS_MAX - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
