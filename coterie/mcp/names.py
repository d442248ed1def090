"""Tags and folders by their names, with the nearest one where a name does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

from coterie.actions.folders import create_folder
from coterie.actions.terms import create_term
from coterie.errors import Invalid, Problem
from coterie.mcp.tool import Call
from coterie.model.terms import TAGS, Term
from coterie.store import folders, terms
from coterie.store.database import Tx

_LISTED_MAX = 2_000


def find_tags(tx: Tx, call: Call, field: str, names: Iterable[str], *, makes_missing: bool = False) -> list[Term]:
    """The tags of these names. Raises Invalid with the nearest name if one does not exist and is not to be made."""
    found, problems = [], list[Problem]()
    for name in names:
        tag = terms.find_term_by_name(tx, call.caller.organization_id, TAGS, name)
        if tag is not None and tag.deleted_at is None:
            found.append(tag)
        elif makes_missing:
            found.append(create_term(tx, call.caller, TAGS, name))
        else:
            known = terms.list_terms(tx, call.caller.organization_id, TAGS, limit=_LISTED_MAX)
            problems.append(_missing(field, name, [each.name for each in known]))
    if problems:
        raise Invalid(*problems)
    return found


def find_folders(tx: Tx, call: Call, field: str, names: Iterable[str], *, makes_missing: bool = False) -> list[int]:
    """The ids of the folders of these names. Raises Invalid as find_tags does."""
    known = folders.list_folders(tx, call.caller.organization_id, limit=_LISTED_MAX)
    by_name = {each.name.casefold(): each.id for each in reversed(known)}
    found, problems = [], list[Problem]()
    for name in names:
        folder_id = by_name.get(name.strip().casefold())
        if folder_id is not None:
            found.append(folder_id)
        elif makes_missing:
            found.append(create_folder(tx, call.caller, name).id)
        else:
            problems.append(_missing(field, name, [each.name for each in known]))
    if problems:
        raise Invalid(*problems)
    return found


def _missing(field: str, name: str, known: list[str]) -> Problem:
    nearest = get_close_matches(name, known, 3)
    hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return Problem((field,), "unknown", f"has {name[:100]!r}, which does not exist{hint}")
