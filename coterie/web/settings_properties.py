"""Settings: properties, the fields an organization adds to its contacts."""

import msgspec
from msgspec.structs import replace

from coterie.actions import properties as actions
from coterie.errors import Invalid, NotFound
from coterie.model.properties import CHOICE_TYPES, DEFINITIONS_MAX, TITLE_LENGTH_MAX, TYPES, PropertyDefinition, convert
from coterie.store import properties as store
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit

TYPE_LABELS = {
    "text": "Text, such as “likes jazz”", "number": "Number, such as 42", "date": "Date, such as 2024-05-12",
    "email": "E-mail address", "phone": "Phone number", "url": "Link", "boolean": "Yes or no",
    "list": "List of texts, one per line", "single_choice": "One of some choices",
    "multiple_choice": "Several of some choices",
}  # fmt: skip
_PATH = "/{o:int}/settings/properties"


def show(tx: Tx, visit: Visit) -> Result:
    definitions = store.list_definitions(tx, visit.acting.organization_id, limit=DEFINITIONS_MAX)
    counts = store.count_values_by_property(tx, visit.acting.organization_id)
    return Show(
        template="settings/properties.html",
        values={
            "title": "Properties", "counts": counts, "labels": TYPE_LABELS,
            "definitions": sorted(definitions, key=lambda each: each.title.casefold()),
        },
    )  # fmt: skip


def show_new(tx: Tx, visit: Visit) -> Result:
    return _form(visit, None, {"title": "", "property_type": "text", "choices": "", "description": ""})


def show_one(tx: Tx, visit: Visit) -> Result:
    definition = _find(tx, visit)
    return _form(visit, definition, _values(definition), count=_count(tx, visit, definition))


def save(tx: Tx, visit: Visit) -> Result:
    """Creates or changes a property. A change of type that loses values is shown first and needs a second click."""
    fields = {
        "title": visit.text("title", 10 * TITLE_LENGTH_MAX), "property_type": visit.text("property_type", 40),
        "choices": [line for line in visit.text("choices").splitlines() if line.strip()] or None,
        "description": visit.text("description").strip() or None,
    }  # fmt: skip
    if "slug" not in visit.path:
        created = actions.create_definition(tx, visit.acting, **fields)  # type: ignore[arg-type]
        return Go(url=f"{visit.root}/settings/properties", message=f"{created.title} was added")
    before = _find(tx, visit)
    lost = _count_lost(tx, visit, before, fields["property_type"], fields["choices"])  # type: ignore[arg-type]
    if lost and visit.text("confirmed") != str(lost):
        typed = {name: visit.text(name) for name in ("title", "property_type", "choices", "description")}
        return _form(visit, before, typed, count=_count(tx, visit, before), lost=lost)
    changed = actions.update_definition(tx, visit.acting, before.slug, fields)
    return Go(url=f"{visit.root}/settings/properties", message=f"{changed.title} was saved")


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    definition = _find(tx, visit) if "slug" in visit.path else None
    typed = {name: str(visit.form.get(name) or "") for name in ("title", "property_type", "choices", "description")}
    problems = {problem.path[-1]: problem.reason for problem in error.problems}
    return _form(visit, definition, typed, problems=problems)


def delete(tx: Tx, visit: Visit) -> Result:
    definition = _find(tx, visit)
    actions.delete_definition(tx, visit.acting, definition.slug)
    return Go(url=f"{visit.root}/settings/properties", message=f"{definition.title} was deleted")


def _find(tx: Tx, visit: Visit) -> PropertyDefinition:
    slug = visit.path["slug"]
    definitions = {} if "\0" in slug else store.find_definitions(tx, visit.acting.organization_id, [slug])
    if slug not in definitions:
        raise NotFound("Property not found")
    return definitions[slug]


def _values(definition: PropertyDefinition) -> dict[str, str]:
    return {
        "title": definition.title, "property_type": definition.property_type,
        "choices": "\n".join(definition.choices or ()), "description": definition.description or "",
    }  # fmt: skip


def _count(tx: Tx, visit: Visit, definition: PropertyDefinition) -> int:
    return store.count_values_by_property(tx, visit.acting.organization_id).get(definition.slug, 0)


def _count_lost(tx: Tx, visit: Visit, before: PropertyDefinition, property_type: str, choices: list[str] | None) -> int:
    """How many values of contacts the change would remove."""
    is_choice = property_type in CHOICE_TYPES
    after = replace(before, property_type=property_type, choices=tuple(choices) if is_choice and choices else None)
    if property_type not in TYPES or (after.property_type, after.choices) == (before.property_type, before.choices):
        return 0
    return sum(
        convert(after, msgspec.json.decode(text)) is None
        for _, text in store.list_values(tx, visit.acting.organization_id, before.slug)
    )


def _form(
    visit: Visit, definition: PropertyDefinition | None, fields: dict[str, str], *, count: int = 0, lost: int = 0,
    problems: dict[str, str] | None = None,
) -> Show:  # fmt: skip
    return Show(
        template="settings/property.html",
        values={
            "title": definition.title if definition else "New property", "definition": definition, "fields": fields,
            "types": [(each, TYPE_LABELS[each]) for each in TYPES], "count": count, "lost": lost,
            "problems": problems or {},
        },
        status=422 if problems else 409 if lost else 200,
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show, "slow"),
    Page("GET", _PATH + "/new", show_new),
    Page("POST", _PATH + "/new", save, "write", again=save_again, once=True),
    Page("GET", _PATH + "/{slug}", show_one, "slow"),
    Page("POST", _PATH + "/{slug}", save, "write", again=save_again),
    Page("POST", _PATH + "/{slug}/delete", delete, "write"),
)
