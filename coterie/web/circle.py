"""The circle of a person: the people who belong to them, drawn by the server."""

import math
from collections.abc import Sequence

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.model.relationships import ContactRelationship, RelationshipType

SHOWN_MAX = 24
SHOWN_MIN = 2
# the drawing is so wide and high; one ring holds up to twelve, two rings the others
SIZE = 360.0
RING_MAX = 12
_LABEL_LENGTH_MAX = 12
Related = tuple[ContactRelationship, Contact, RelationshipType]


class CirclePoint(Struct, frozen=True):
    """Where a contact is drawn: x and y of its middle. label: short, below it. name: with the relationship."""

    contact: Contact
    label: str
    name: str
    x: float
    y: float


def circle_of(related: Sequence[Related]) -> list[CirclePoint]:
    """Up to 24 related contacts, each once, the closest first; none if there are fewer than two."""
    contacts: dict[int, tuple[Contact, list[str]]] = {}
    for _, contact, type_ in related:
        contacts.setdefault(contact.id, (contact, []))[1].append(type_.name.lower())
    closest = sorted(contacts.values(), key=lambda each: -(each[0].relationship_grade or 0))[:SHOWN_MAX]
    if len(closest) < SHOWN_MIN:
        return []
    inner = closest if len(closest) <= RING_MAX else closest[: len(closest) // 3]
    outer = closest[len(inner) :]
    return [*_ring(inner, 0.36 if not outer else 0.22), *_ring(outer, 0.42)]


def _ring(contacts: Sequence[tuple[Contact, list[str]]], radius: float) -> list[CirclePoint]:
    points = []
    for number, (contact, roles) in enumerate(contacts):
        angle = 2 * math.pi * number / len(contacts) - math.pi / 2
        name = contact.shown_name or "No name"
        points.append(
            CirclePoint(
                contact=contact,
                label=_label(name),
                name=f"{name}, {' and '.join(roles)}",
                x=round(SIZE * (0.5 + radius * math.cos(angle)), 1),
                y=round(SIZE * (0.48 + radius * math.sin(angle)), 1),
            )
        )
    return points


def _label(name: str) -> str:
    """The first word of a name, cut where it does not fit."""
    word = (name.split() or ["?"])[0]
    return word if len(word) <= _LABEL_LENGTH_MAX else word[: _LABEL_LENGTH_MAX - 1] + "…"
