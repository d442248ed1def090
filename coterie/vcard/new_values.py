"""The new value of a line whose value has changed: of a structured one, only the components that differ."""

from itertools import zip_longest

from coterie.vcard import values
from coterie.vcard.lines import Property

_STRUCTURED = frozenset(("N", "ADR"))


def new_value(stored: Property, before: Property, after: Property) -> str:
    """The value of a stored line after the change of a contact's line from before to after, escaped."""
    if after.name == "ORG":
        return _new_organization(stored, before, after)
    if after.name not in _STRUCTURED:
        return after.value
    pieces = (values.split(each.value, ";") for each in (before, after, stored))
    result = [mine if was == now else now for was, now, mine in zip_longest(*pieces, fillvalue="")]
    least = len(values.split(stored.value, ";"))
    while len(result) > least and not result[-1]:
        result.pop()
    return ";".join(result)


def _new_organization(stored: Property, before: Property, after: Property) -> str:
    """ORG of a contact is employer;department. The employer is the first unit that is not empty, the department all
    units after it."""
    units = values.split(stored.value, ";")
    first = next((position for position, unit in enumerate(units) if values.line(unit)), 0)
    (old_employer, old_department), (employer, department) = (
        values.components(each.value, 2) for each in (before, after)
    )
    if employer != old_employer:
        units[first] = employer
    if department != old_department:
        units[first + 1 :] = [department] if department else []
    return ";".join(units)
