"""The tool get_contacts: whole contacts with the parts that were asked for."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.mcp.contact_data import present_whole
from coterie.mcp.outputs import fit, trim, without_empty
from coterie.mcp.reminder_data import list_reminders_of
from coterie.mcp.tool import Call, Output, Tool
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.merges import find_survivors

Include = Literal[
    "handles", "addresses", "dates", "relationships", "properties", "notes", "gifts", "pets", "reminders",
]  # fmt: skip
_USUAL: list[Include] = ["handles", "addresses", "dates", "relationships", "properties"]
ContactId = Annotated[int, Meta(ge=1)]


class Arguments(Struct, forbid_unknown_fields=True):
    ids: Annotated[list[ContactId], Meta(min_length=1, max_length=20)]
    include: Annotated[list[Include], Meta(max_length=10, description="default: the first five")] | None = None


def get_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    # an id of a contact that was merged means its survivor
    survivors = find_survivors(tx, call.caller.organization_id, asked.ids)
    ids = list(dict.fromkeys(survivors.get(id_, id_) for id_ in asked.ids))
    by_id = {each.id: each for each in list_contacts_by_id(tx, call.caller.organization_id, ids)}
    include = _USUAL if asked.include is None else asked.include
    parts = [part for part in include if part != "reminders"]
    found = [by_id[id_] for id_ in ids if id_ in by_id]
    whole = present_whole(tx, call, found, parts)
    if "reminders" in include:
        reminders = list_reminders_of(tx, call, set(by_id))
        whole = [each | without_empty({"reminders": reminders.get(each["id"])}) for each in whole]
    whole = [trim(each) for each in whole]
    count = fit(whole)
    rest = [each["id"] for each in whole[count:]]
    note = f"Contacts {', '.join(map(str, rest))} did not fit; ask for them again with fewer ids or less to include"
    return {
        "items": whole[:count],
        "missing": [id_ for id_ in ids if id_ not in by_id],
        **without_empty({"note": note if rest else None}),
    }


TOOL = Tool(
    name="get_contacts",
    title="Read contacts",
    description="Everything about up to 20 people. Ids of deleted or unknown contacts are in missing.",
    arguments=Arguments,
    handler=get_contacts,
    mode="slow",
)
