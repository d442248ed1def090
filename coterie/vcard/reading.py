"""The state of one card while its properties are read."""

from collections.abc import Mapping

from msgspec import Struct, field

from coterie.model.imports import ContactDraft
from coterie.vcard import values
from coterie.vcard.cards import Card
from coterie.vcard.channels import label_of_types, plain_label
from coterie.vcard.lines import Property

TEXT_LENGTH_MAX = 100_000
WARNINGS_MAX = 50
EXTRAS_MAX = 200


class Reading(Struct):
    """labels: group -> its X-ABLabel. extras: lines for the note.

    keeps_rest: whether values without a field become lines of the note.
    Coterie's properties (X-COTERIE-FULL-NAME; X-COTERIE-DISPLAY-NAME, which may be empty) override FN.
    """

    draft: ContactDraft
    labels: dict[str, str]
    keeps_rest: bool = True
    # how much each handle of the draft is preferred
    preferences: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    formatted: str | None = None
    # family and given name as pronounced
    sort_as: list[str] = field(default_factory=list)
    own_full: str | None = None
    own_display: str | None = None
    has_own_display: bool = False
    role: str | None = None
    is_company: bool = False
    extras: list[str] = field(default_factory=list)
    # (label, text) of each LABEL
    address_labels: list[tuple[str | None, str]] = field(default_factory=list)
    logos: list[Property] = field(default_factory=list)

    def add_extra(self, line: str | None) -> None:
        """Adds a value without a field to the note, once, as a separate line."""
        if line is None or not self.keeps_rest or line in self.extras:
            return
        if len(self.extras) < EXTRAS_MAX:
            self.extras.append(line)
        elif (reason := f"More than {EXTRAS_MAX} properties without a field; the rest was skipped") not in (
            self.draft.warnings
        ):
            self.warn(reason)

    def warn(self, reason: str) -> None:
        """Adds a warning, 50 at most."""
        if len(self.draft.warnings) < WARNINGS_MAX:
            self.draft.warnings.append(reason)

    def label(self, entry: Property) -> str | None:
        """The label of a property: its own one, otherwise the one its types make."""
        return free_label(entry, self.labels) or label_of_types(entry.parameters.get("TYPE", ()))


def free_label(entry: Property, labels: Mapping[str, str]) -> str | None:
    """The free label of a property: the X-ABLabel of its group, or Android's X-CUSTOM."""
    label = labels.get(entry.group.lower()) if entry.group and labels else None
    return label or values.line(entry.first("X-CUSTOM"))


def labels_of(card: Card) -> dict[str, str]:
    """Group in lower case -> its X-ABLabel."""
    labels: dict[str, str] = {}
    for entry in card.properties:
        if entry.name == "X-ABLABEL" and entry.group and len(entry.value) <= TEXT_LENGTH_MAX:
            label = values.line(entry.value)
            if label:
                labels[entry.group.lower()] = plain_label(label)
    return labels
