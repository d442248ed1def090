"""One update of a delivery from Meta, in our terms."""

from typing import Any

from msgspec import Struct, field

from coterie.model.interactions import INCOMING, MESSAGE

ADD, EDIT, UNSEND, REACT, MENTIONED = "add", "edit", "unsend", "react", "mentioned"


class Update(Struct, frozen=True, kw_only=True):
    """One thing that happened.

    what: ADD (a new interaction), EDIT (text is the new one), UNSEND, REACT (data: emoji or None), MENTIONED (only
    ids; text and author are fetched later). person_id: the Instagram-scoped id of the other side. external_id:
    identifies the interaction, so that an update counts once: a message's mid, a comment's id.
    """

    what: str
    external_id: str
    happened_at: str
    person_id: str = ""
    username: str | None = None
    kind: str = MESSAGE
    direction: str = INCOMING
    text: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
