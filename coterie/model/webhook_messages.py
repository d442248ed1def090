"""The messages that webhooks receive, by kind: a JSON Schema and an example of each."""

from typing import Any

from coterie.model.webhooks import SENT_KINDS

Json = dict[str, Any]
_DIGEST = "5f70bf18a086007016e948b04aed3b82103a36be"
_UUID = "01902a4e-6c7d-7a11-9a9d-64b0c3f1d2aa"
_TEXT_OR_NULL = {"type": ["string", "null"]}
# an example of the values before and after, of each kind of event that has them; all other kinds have no changes
CHANGES: dict[str, dict[str, list[Any]]] = {
    "contact.created": {"first_name": [None, "Lisa"], "email": [None, "lisa@example.org"]},
    "contact.updated": {"nickname": [None, "Midge"], "properties.size": [["S"], ["M"]]},
    "contact.handle_added": {"email": [None, "lisa@example.org"], "label": [None, "home"]},
    "contact.handle_updated": {"email": ["lisa@example.org", "lisa.s@example.org"]},
    "contact.handle_deleted": {"email": ["lisa@example.org", None], "label": ["home", None]},
    "contact.handle_restored": {"email": [None, "lisa@example.org"], "label": [None, "home"]},
    "contact.handle_erased": {"email": ["lisa@example.org", None], "label": ["home", None]},
    "address.created": {"address_line_1": [None, "12 Elm Street"], "country": [None, "US"]},
    "address.updated": {"postcode": [None, "49007"]},
    "address.deleted": {"address_line_1": ["12 Elm Street", None], "country": ["US", None]},
    "address.restored": {"address_line_1": [None, "12 Elm Street"], "country": [None, "US"]},
    "address.erased": {"address_line_1": ["12 Elm Street", None], "country": ["US", None]},
    "attachment.added": {"filename": [None, "recipe.pdf"], "digest": [None, _DIGEST]},
    "attachment.shown": {"kind": ["file", "picture"]},
    "attachment.erased": {
        "filename": ["recipe.pdf", None], "digest": [_DIGEST, None],
    },
    "book.added": {"name": [None, "Camp"]},
    "book.removed": {"name": ["Camp", None]},
    "cadence.created": {"contact_id": [None, 17], "every": [None, "3w"]},
    "cadence.updated": {"every": ["3w", "2m"]},
    "cadence.deleted": {"contact_id": [17, None], "every": ["2m", None]},
    "cadence.snoozed": {"until_on": [None, "2026-06-01"]},
    "cadence.unsnoozed": {"until_on": ["2026-06-01", None]},
    "contact_relationship.created": {"type_id": [None, _UUID], "anniversary_on": [None, "1990-06-01"]},
    "contact_relationship.updated": {"anniversary_on": [None, "1990-06-01"]},
    "contact_relationship.erased": {"type_id": [_UUID, None], "anniversary_on": ["1990-06-01", None]},
    "date.created": {"label": [None, "First met"], "occurs_on": [None, "--06-02"]},
    "date.updated": {"occurs_on": ["1974-06-01", "--06-02"]},
    "date.deleted": {"label": ["First met", None], "occurs_on": ["--06-02", None]},
    "date.restored": {"label": [None, "First met"], "occurs_on": [None, "--06-02"]},
    "date.erased": {"label": ["First met", None], "occurs_on": ["--06-02", None]},
    "device.added": {"name": [None, "Phone"]},
    "device.updated": {"shows_groups": [False, True]},
    "expertise.created": {"name": [None, "Chess"]},
    "expertise.updated": {"name": ["Chess", "Go"]},
    "expertise.erased": {"name": ["Go", None]},
    "folder.created": {"name": [None, "Camp"]},
    "folder.updated": {"color": [None, "#808080"]},
    "folder.deleted": {"name": ["Camp", None], "color": ["#808080", None]},
    "gift.created": {"name": [None, "Vacuum"], "status": [None, "given"]},
    "gift.updated": {"status": ["given", "received"]},
    "gift.erased": {"name": ["Vacuum", None], "status": ["received", None]},
    "interaction.received": {"kind": [None, "message"]},
    "interaction.sent": {"kind": [None, "message"]},
    "interaction.updated": {"reaction": [None, "❤"]},
    "invitation.created": {"role": [None, "member"]},
    "member.added": {"role": [None, "member"]},
    "member.role_changed": {"role": ["member", "owner"]},
    "note.updated": {"text": ["Plays the saxophone", "Plays the baritone saxophone"]},
    "organization.updated": {"time_zone": ["UTC", "America/Los_Angeles"]},
    "pet.created": {"name": [None, "Snowball"], "species": [None, "cat"]},
    "pet.updated": {"species": [None, "cat"]},
    "pet.erased": {"name": ["Snowball", None], "species": ["cat", None]},
    "property.created": {"title": [None, "Size"]},
    "property.updated": {"title": ["Size", "Shirt size"]},
    "property.deleted": {"title": ["Shirt size", None]},
    "segment.created": {"name": [None, "Friends"], "filter": [None, '{"field":"tag","op":"is","value":"friends"}']},
    "segment.updated": {"name": ["Friends", "Close friends"]},
    "segment.deleted": {
        "name": ["Close friends", None], "filter": ['{"field":"tag","op":"is","value":"friends"}', None],
    },
    "subscription.added": {"name": [None, "Choir"], "direction": [None, "mirror"]},
    "subscription.updated": {"name": ["Choir", "Church choir"]},
    "tag.created": {"name": [None, "Choir"]},
    "tag.updated": {"name": ["Choir", "Church choir"]},
    "tag.erased": {"name": ["Church choir", None]},
    "user.updated": {"time_zone": ["UTC", "America/Los_Angeles"]},
    "webhook.created": {"url": [None, "https://hooks.example.org/coterie"], "kinds": [None, ["contact.*"]]},
    "webhook.updated": {"is_active": [True, False]},
    "webhook.disabled": {"disabled_reason": [None, "failures"]},
}  # fmt: skip
# the ids of a noun that are not UUIDs
_SUBJECTS = {"contact": "17", "folder": "3", "segment": "3", "property": "size", "organization": "1"}
# nouns whose events name contacts
_OF_CONTACTS = frozenset(
    ("contact", "address", "attachment", "cadence", "contact_relationship", "date", "duplicate", "gift", "interaction",
     "note", "pet")
)  # fmt: skip


def example_of(kind: str) -> Json:
    """The body of a message of this kind."""
    noun = kind.partition(".")[0]
    data: Json = {
        "event_id": 412,
        "subject_id": _subject_of(kind),
        "contact_ids": [17] if noun in _OF_CONTACTS else [],
        "user_id": _UUID,
        "via": "web",
        "token_id": None,
    }
    if kind in CHANGES:
        data["changes"] = CHANGES[kind]
    return {"type": kind, "timestamp": "2026-05-12T09:30:00.000000Z", "data": data}


def _subject_of(kind: str) -> str:
    noun = kind.partition(".")[0]
    other = SENT_KINDS[kind].partition("the subject is ")[2]
    if not other:
        return _SUBJECTS.get(noun, _UUID)
    nouns = [each for each in ("slug", "folder", "contact", "one of them", "it,") if each in other]
    return {"slug": "size", "folder": "3"}.get(nouns[0], "17") if nouns else _UUID


def schema_of(kind: str) -> Json:
    """The JSON Schema (2020-12) of the body of a message of this kind. Later versions may add members."""
    data: Json = {
        "event_id": {"type": "integer", "description": "Orders messages."},
        "subject_id": {"type": "string", "description": SENT_KINDS[kind]},
        "contact_ids": {"type": "array", "items": {"type": "integer"}},
        "user_id": _TEXT_OR_NULL,
        "via": {"type": "string"},
        "token_id": _TEXT_OR_NULL,
    }
    required = list(data)
    if kind in CHANGES:
        pair = {"type": "array", "minItems": 2, "maxItems": 2, "description": "The value before and after."}
        data["changes"] = {"type": "object", "additionalProperties": pair}
    data["cut"] = {"const": True, "description": "The message would be longer than 20 kB: values, and ids after 100."}
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "required": required, "properties": data},
        },
    }
