"""Expertises of contacts; everything else about them is in store/terms.py."""

from collections.abc import Iterable

from coterie.model.terms import EXPERTISES, Expertise
from coterie.store.database import Tx
from coterie.store.terms import list_terms_of


def list_expertises_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[Expertise]]:
    """contact id -> the expertises it has that are not deleted, by name."""
    return list_terms_of(tx, organization_id, EXPERTISES, contact_ids)
