"""POST /contacts/upsert: changes the contact that has an identifier, or creates it."""

from contextlib import suppress
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from coterie.actions import contacts as contact_actions
from coterie.actions import upserts as actions
from coterie.actions.upserts import CANDIDATES_MAX, By, Identifier
from coterie.api.errors import wire_names
from coterie.api.hub.conditions import check_if_match
from coterie.api.hub.contact_entity import ContactEntity, present_contact, read_shape
from coterie.api.hub.contact_input import ContactFields, HandleChanges, HandleFields, change_contact, create_contact
from coterie.api.hub.contacts import contact_headers
from coterie.api.hub.errors import Candidate, SeveralMatch
from coterie.api.route import Request
from coterie.errors import Invalid, NotFound
from coterie.http.conditions import IF_MATCH
from coterie.http.responses import Response
from coterie.model.contacts import Contact
from coterie.model.handles import normalize
from coterie.model.organizations import Caller
from coterie.store.contacts import find_contact_to_change
from coterie.store.database import Tx
from coterie.store.handles import list_handles

MATCHES_MAX = 10
Outcome = Literal["created", "updated", "unchanged"]


class MatchFields(Struct, forbid_unknown_fields=True):
    by: By
    value: Annotated[str, Meta(max_length=2000)]
    source: Annotated[str, Meta(max_length=60, description="Of an external_id: which system calls the contact so.")] | (
        None
    ) = None


class UpsertBody(Struct, kw_only=True, forbid_unknown_fields=True):
    match: Annotated[
        list[MatchFields],
        Meta(min_length=1, max_length=MATCHES_MAX, description="The first one that a contact has decides."),
    ]
    contact: ContactFields
    if_several: Annotated[
        Literal["refuse", "oldest", "newest"], Meta(description="If several contacts have it; refuse is 409.")
    ] = "refuse"
    if_deleted: Annotated[
        Literal["ignore", "restore"], Meta(description="If only a deleted contact has it; ignore creates a new one.")
    ] = "ignore"


class UpsertEntity(Struct):
    outcome: Outcome
    matched_by: Annotated[By | None, Meta(description="null if the contact was created.")]
    contact: ContactEntity


def upsert(tx: Tx, caller: Caller, request: Request) -> Response:
    shape = read_shape(request.query.fields, request.query.include)
    outcome, matched_by, contact = upsert_contact(tx, caller, request.body, request.header(IF_MATCH))
    entity = UpsertEntity(outcome, matched_by, present_contact(tx, caller.organization_id, contact, shape))
    return Response(entity, 201 if outcome == "created" else 200, contact_headers(contact))


def upsert_contact(
    tx: Tx, caller: Caller, body: UpsertBody, if_match: str | None = None, *, field: str = IF_MATCH
) -> tuple[Outcome, By | None, Contact]:
    """(the outcome, what the contact was found by, the contact as saved).

    if_match: ETags, of which the contact must have one; None if any will do; field is its name. Raises SeveralMatch;
    ChangedSince and Invalid as check_if_match; Invalid for fields; NotFound if no contact has the id or UUID and
    nothing else identifies it, because the next upsert would not find the contact that this one created, or if if_match
    can be of none.
    """
    identifiers = actions.read_identifiers(caller, [(each.by, each.value, each.source) for each in body.match])
    matched, contacts = actions.find_matches(tx, caller, identifiers)
    if not contacts and body.if_deleted == "restore":
        matched, contacts = actions.find_matches(tx, caller, identifiers, deleted=True)
    if matched is None and all(each.by in ("id", "uuid") for each in identifiers):
        raise NotFound("No contact has this id; to create one, add an identifier that the contact can store")
    if matched is None and if_match is not None:
        raise NotFound("No contact has these identifiers, and If-Match is of a contact; to create one, leave it out")
    if matched is None:
        with wire_names("contact"):
            contact = create_contact(tx, caller, _with_identifiers(caller, body.contact, identifiers))
        return "created", None, actions.connect(tx, caller, contact, identifiers)
    before = _choose(matched, contacts, body.if_several)
    if if_match is not None:
        locked = find_contact_to_change(tx, caller.organization_id, before.id)
        check_if_match(tx, caller, locked or before, if_match, field=field)
    if before.deleted_at is not None:
        contact_actions.restore_contact(tx, caller, before.id)
    with wire_names("contact"):
        after = change_contact(tx, caller, before.id, _keeping(tx, caller, before.id, body.contact, identifiers))
    after = actions.connect(tx, caller, after, identifiers)
    return "updated" if after.revision != before.revision else "unchanged", matched.by, after


def _choose(matched: Identifier, contacts: list[Contact], if_several: str) -> Contact:
    if len(contacts) > 1 and if_several == "refuse":
        raise SeveralMatch(
            f"Several contacts have this {matched.by}",
            [Candidate(each.id, each.uuid, each.name) for each in contacts[:CANDIDATES_MAX]],
        )
    return contacts[-1] if if_several == "newest" else contacts[0]


def _keeping(
    tx: Tx, caller: Caller, contact_id: int, fields: ContactFields, identifiers: list[Identifier]
) -> ContactFields:
    """The fields of a contact that exists: a list that replaces its handles leaves it the identifiers that it has.

    Without them the same upsert would not find it again, and would create another contact.
    """
    if fields.handles is not None and not isinstance(fields.handles, list):
        return fields
    stored = {(each.channel, each.normalized) for each in list_handles(tx, caller.organization_id, contact_id)}
    kept = [
        each for each in identifiers for handle in actions.handles_of([each])
        if _key(caller, handle.channel, handle.value) in stored
    ]  # fmt: skip
    return _with_identifiers(caller, structs.replace(fields, handles=fields.handles or []), kept)


def _with_identifiers(caller: Caller, fields: ContactFields, identifiers: list[Identifier]) -> ContactFields:
    """The fields with the identifiers as handles: the next upsert must find the contact."""
    given = fields.handles.add if isinstance(fields.handles, HandleChanges) else fields.handles or []
    present = {_key(caller, each.channel, each.value) for each in given}
    columns = [(channel, getattr(fields, name)) for name, channel in actions.CHANNELS.items()]
    present |= {_key(caller, channel, value) for channel, value in columns if isinstance(value, str)}
    missing = [
        HandleFields(handle.channel, handle.value)
        for handle in actions.handles_of(identifiers)
        if _key(caller, handle.channel, handle.value) not in present
    ]
    if isinstance(fields.handles, list):
        handles: list[HandleFields] | HandleChanges = [*fields.handles, *missing]
    else:
        removed = fields.handles.remove if isinstance(fields.handles, HandleChanges) else []
        handles = HandleChanges(add=[*given, *missing], remove=removed)
    return structs.replace(fields, handles=handles) if missing else fields


def _key(caller: Caller, channel: str, value: str) -> tuple[str, str | None]:
    """Equal for equal handles; a value that is not valid has none, and is reported when the contact is created."""
    with suppress(Invalid):
        return channel, normalize(channel, value, caller.country, "value")[1]
    return channel, None
