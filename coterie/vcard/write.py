"""Writes a ContactDraft as a card of version 3.0 (RFC 2426) or 4.0 (RFC 6350). Reading the card gives the same draft.

Values that a version cannot express go into X- properties: Apple's if phones know them, otherwise our own
(extensions.py). Interactions and warnings are not written.
"""

import base64
import re

from coterie.errors import invalid
from coterie.model.attachments import clean_media_type
from coterie.model.imports import UID_SOURCE, AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.model.names import is_inverted, is_same_name
from coterie.vcard import values
from coterie.vcard.channels import is_linkedin, profile_url, types_of_label
from coterie.vcard.content import Content
from coterie.vcard.extensions import PREFIX
from coterie.vcard.related import write_related

VERSIONS = ("3.0", "4.0")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PO_BOX = re.compile(r"(?:P\.? ?O\.? ?Box|Postfach|Postbus|Apartado|Casilla|Bo[iî]te postale|BP) ?\d", re.IGNORECASE)
_GENDERS = {"male": "M", "female": "F", "other": "O"}
_PROPERTY_OF_CHANNEL = {"phone": "TEL", "email": "EMAIL", "website": "URL"}


def write_card(draft: ContactDraft, version: str, *, with_extensions: bool = True) -> str:
    """The card as text: CRLF, folded at 75 octets. Control characters and lone surrogates are dropped.

    with_extensions: whether it has properties of our own, X-COTERIE-….
    Raises Invalid if version is neither "3.0" nor "4.0".
    """
    if version not in VERSIONS:
        raise invalid("version", "must be 3.0 or 4.0", kind="choice")
    out = Content(version, ["BEGIN:VCARD", f"VERSION:{version}"])
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
    for related in draft.related:
        write_related(related, out)
    out.add("NOTE", draft.note)
    _write_extensions(draft, out)
    out.lines.append("END:VCARD")
    if not with_extensions:
        out.lines = [line for line in out.lines if not line.startswith(PREFIX)]
    return out.text()


def _write_names(draft: ContactDraft, out: Content) -> None:
    composed, written = draft.composed_name, draft.formatted_name
    full = composed if written is None or is_inverted(written, draft.last_name) else written
    formatted = draft.display_name or full or draft.nickname or draft.employer
    if formatted is None:
        formatted = draft.handles[0].value if draft.handles else "?"
    out.add("FN", formatted)
    parts = (draft.last_name, draft.first_name, draft.middle_name, draft.name_prefix, draft.name_suffix)
    out.lines.append("N:" + ";".join([values.escape(part or "") for part in parts]))
    is_repetition = composed is not None and is_same_name(formatted, composed)
    if written and not (is_repetition and formatted == written != composed):
        out.add(PREFIX + "FULL-NAME", written)
    if full is None or (draft.display_name and (is_repetition or draft.display_name == written)):
        # a reader would split FN into the parts of a name, or take it for a repetition of N
        out.add(PREFIX + "DISPLAY-NAME", draft.display_name or "")
    out.add("NICKNAME", draft.nickname)
    # Apple's, which Android and Google read too
    out.add("X-PHONETIC-FIRST-NAME", draft.phonetic_first_name)
    out.add("X-PHONETIC-LAST-NAME", draft.phonetic_last_name)
    out.add("X-MAIDENNAME", draft.maiden_name)


def _write_person(draft: ContactDraft, out: Content) -> None:
    if draft.birthday:
        _write_day("BDAY", draft.birthday, None, out)
    if draft.gender:
        letter = _GENDERS.get(draft.gender)
        value = letter or f"O;{values.escape(draft.gender)}"
        out.lines.append(f"{'GENDER' if out.is_4 else 'X-GENDER'}:{value}")
    if draft.employer:
        out.lines.append("ORG:" + ";".join(map(values.escape, filter(None, (draft.employer, draft.department)))))
    else:
        # a reader would take a unit without an organization for the employer
        out.add(PREFIX + "DEPARTMENT", draft.department)
    out.add("TITLE", draft.job_title)
    out.add("LANG" if out.is_4 else "X-LANG", draft.language)
    _write_ids(draft, out)


def _write_ids(draft: ContactDraft, out: Content) -> None:
    """The first vCard id becomes UID, of which a card has one; all other ids become X-COTERIE properties."""
    has_uid = False
    for source, external_id in draft.external_ids:
        if source == UID_SOURCE and not has_uid:
            has_uid = True
            if not out.is_4:
                out.add("UID", external_id)
            elif _UUID.fullmatch(external_id):
                out.add("UID", f"urn:uuid:{external_id}")
            else:
                out.add("UID;VALUE=text", external_id)
        else:
            value = f"{values.escape(source)};{values.escape(external_id)}"
            out.lines.append(f"{PREFIX}OUTSIDE-ID:{value}")


def _write_handle(handle: HandleDraft, out: Content) -> None:
    name = _PROPERTY_OF_CHANNEL.get(handle.channel)
    if handle.channel == "linkedin" and is_linkedin(handle.value):
        name = "URL"
    if name is None:
        _write_profile(handle, out)
        return
    types = types_of_label(handle.label) if handle.label else ()
    head = name + out.types(types or (), is_primary=handle.is_primary)
    if name == "URL" and handle.channel == "website" and is_linkedin(handle.value):
        head += ";X-CHANNEL=website"
    value = values.escape_uri(handle.value) if name == "URL" else values.escape(handle.value)
    out.add_labelled(head, value, handle.label if types is None else None)


def _write_profile(handle: HandleDraft, out: Content) -> None:
    """Writes Apple's X-SOCIALPROFILE, which phones show as a profile: the service as type, the username, a link."""
    head = "X-SOCIALPROFILE" + out.types((handle.channel,), is_primary=handle.is_primary)
    url = profile_url(handle.channel, handle.value)
    if url is not None:
        head += f";X-USER={values.quote(handle.value)}"
    out.add_labelled(head, values.escape(handle.value) if url is None else url, handle.label)


def _write_address(address: AddressDraft, out: Content) -> None:
    lines = [line for line in (address.address_line_1, address.address_line_2, address.address_line_3) if line]
    # read_addresses puts the extended address and the PO box below the street
    box = lines.pop() if len(lines) > 1 and _PO_BOX.match(lines[-1]) else ""
    extended = lines.pop() if box and len(lines) == 2 else ""
    street = "\n".join(lines)
    parts = (street, address.locality, address.region, address.postcode, address.country)
    if not any(parts):
        return
    types = types_of_label(address.label) if address.label else ()
    value = ";".join([values.escape(part or "") for part in (box, extended, *parts)])
    head = "ADR" + out.types(types or (), is_primary=False)
    out.add_labelled(head, value, address.label if types is None else None)


def _write_date(date: DateDraft, out: Content) -> None:
    is_first = not any(line.startswith("ANNIVERSARY") for line in out.lines)
    if date.label == "anniversary" and out.is_4 and is_first:
        _write_day("ANNIVERSARY", date.occurs_on, None, out)
    else:
        _write_day("X-ABDATE", date.occurs_on, date.label, out)


def _write_day(name: str, day: str, label: str | None, out: Content) -> None:
    """Writes a date: the basic format in 4.0 (RFC 6350, section 4.3.1); Apple's 1604 for a missing year in 3.0."""
    if out.is_4:
        compact = day.replace("-", "") if not day.startswith("--") else "--" + day[2:].replace("-", "")
        out.add_labelled(name, values.escape(compact), label)
    elif day.startswith("--"):
        year = values.APPLE_NO_YEAR
        out.add_labelled(f"{name};X-APPLE-OMIT-YEAR={year}", values.escape(f"{year}{day[1:]}"), label)
    else:
        out.add_labelled(f"{name};VALUE=date", values.escape(day), label)


def _write_picture(picture: PictureDraft, out: Content) -> None:
    media_type = clean_media_type(picture.media_type)
    if out.is_4:
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


def _write_extensions(draft: ContactDraft, out: Content) -> None:
    out.add(PREFIX + "HOW-YOU-MET", draft.how_you_met)
    out.add(PREFIX + "BIO", draft.bio)
    if draft.is_follower is not None:
        out.lines.append(f"{PREFIX}FOLLOWER:{str(draft.is_follower).upper()}")
    for folder in draft.folders:
        out.add(PREFIX + "FOLDER", folder)
