"""The Python part of migration 0007: keys of tags and expertises by model.text.identity_key.

Two names with one new key had one old key, so the unique index never sees a collision on the way.
"""

from coterie.model.terms import name_key
from coterie.store.database import Tx


def recompute_term_keys(tx: Tx) -> None:
    """Writes the keys that differ from the stored ones."""
    for table in ("tags", "expertises"):
        rows = tx.all(f"SELECT organization_id, id, name, name_key FROM {table}")
        changed = [
            {"organization_id": organization_id, "id": term_id, "name_key": name_key(name)}
            for organization_id, term_id, name, key in rows
            if key != name_key(name)
        ]
        tx.execute_many(
            f"UPDATE {table} SET name_key = :name_key WHERE organization_id = :organization_id AND id = :id", changed
        )
