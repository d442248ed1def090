"""The Python part of migration 0058: the sort keys of contacts that are shown by their employer."""

from coterie.model.text import sort_key
from coterie.store.database import Tx

PAGE_SIZE = 5_000


def fill_shown_keys(tx: Tx) -> None:
    """Writes the keys of contacts without a name and a handle that have an employer."""
    last = (0, 0)
    while rows := tx.all(
        "SELECT organization_id, id, employer, email_key, phone_key FROM contacts WHERE name_key = ''"
        " AND username_key = '' AND employer <> '' AND (organization_id, id) > (:organization_id, :id)"
        " ORDER BY organization_id, id LIMIT :limit",
        {"organization_id": last[0], "id": last[1], "limit": PAGE_SIZE},
    ):
        tx.execute_many(
            "UPDATE contacts SET shown_key = :key WHERE organization_id = :organization_id AND id = :id",
            [
                {"organization_id": each[0], "id": each[1], "key": sort_key(each[2]) or each[3] or each[4]}
                for each in rows
            ],
        )
        last = rows[-1][:2]
