"""Tags of contacts; everything else about tags is in store/terms.py."""

from collections.abc import Iterable

from coterie.model.terms import TAGS, Tag
from coterie.store.database import Tx
from coterie.store.terms import list_terms_of


def list_tags_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """contact id -> the tags it has that are not deleted, by name."""
    return list_terms_of(tx, organization_id, TAGS, contact_ids)
