"""Each side of a relationship has one mirror, which has it as its own mirror, and the same anniversary and state."""

from collections.abc import Sequence

from msgspec.structs import replace

from coterie.actions.events import record
from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.relationships import ContactRelationship, inverse_for
from coterie.store import relationship_checks as store
from coterie.store.contact_checks import list_ids_after
from coterie.store.contact_relationships import insert_contact_relationships, save_contact_relationships
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

PAGE = 5_000


def _find(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    ids = list_ids_after(tx, scope.organization_id, after, limit=PAGE)
    violations = [
        Violation(f"relationship {side_id}", "has no mirror, or one that differs", (side_id, first, second))
        for side_id, first, second in store.list_unpaired_sides(tx, scope.organization_id, ids)
    ]
    return violations, ids[-1] if len(ids) == PAGE else None


def _repair(tx: Tx, caller: Caller, violations: Sequence[Violation]) -> int:
    """Pairs each side with its mirror; the older side decides what both say. A mirror that is missing is added."""
    paired = set[str]()
    for side_id, first, second in (violation.key for violation in violations):
        if side_id not in paired:
            paired.update(_pair(tx, caller, side_id, first, second))
    return len(violations)


def _pair(tx: Tx, caller: Caller, side_id: str, first: int, second: int) -> tuple[str, str]:
    lock_contacts(tx, caller.organization_id, (first, second))
    sides = store.lock_sides_between(tx, caller.organization_id, first, second)
    side = next(each for each in sides if each.id == side_id)
    mirror = _find_mirror(side, sides)
    if mirror is None:
        mirror = _mirror_of(side, None, new_id())
        insert_contact_relationships(tx, caller.organization_id, [mirror])
    else:
        older, newer = sorted((side, mirror), key=lambda each: each.id)
        save_contact_relationships(tx, caller.organization_id, [_mirror_of(older, newer, newer.id)])
    store.set_mirror(tx, caller.organization_id, side.id, mirror.id)
    store.set_mirror(tx, caller.organization_id, mirror.id, side.id)
    record(tx, caller, "contact_relationship.updated", side.id, contact_ids=[first, second])
    return side.id, mirror.id


def _find_mirror(side: ContactRelationship, sides: Sequence[ContactRelationship]) -> ContactRelationship | None:
    """The other side of a relationship, by either of the two references, unless it belongs to another one."""
    mutual = {each.id for each in sides for other in sides if each.mirror_id == other.id and other.mirror_id == each.id}
    return next(
        (
            each
            for each in sides
            if each.first_contact_id == side.second_contact_id
            and each.id != side.id
            and (each.id == side.mirror_id or each.mirror_id == side.id)
            and (each.id not in mutual or side.id in mutual)
        ),
        None,
    )


def _mirror_of(side: ContactRelationship, before: ContactRelationship | None, mirror_id: str) -> ContactRelationship:
    return replace(
        side,
        id=mirror_id,
        first_contact_id=side.second_contact_id,
        second_contact_id=side.first_contact_id,
        type_id=inverse_for(side.type_id, before.type_id if before else None),
        mirror_id=side.id,
    )


CHECKS = (Check(name="relationships", find=_find, repair=_repair),)
