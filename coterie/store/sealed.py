"""Sealed values (store/secrets.py) of all organizations, for `coterie check`."""

from coterie.store.database import Tx

# what it belongs to, its table, the column of its id, the column of the sealed value
_PLACES = (
    ("Instagram account", "instagram_accounts", "account_id", "access_token_sealed"),
    ("webhook", "webhooks", "id", "secret_sealed"),
    ("webhook", "webhooks", "id", "headers_sealed"),
    ("subscription", "subscriptions", "id", "password_sealed"),
    ("second factor of user", "second_factors", "user_id", "sealed_secret"),
)


def list_sealed(tx: Tx) -> list[tuple[str, str]]:
    """("webhook ID", sealed value) of each."""
    return [
        (f"{owner} {id_}", sealed)
        for owner, table, column, value in _PLACES
        for id_, sealed in tx.all(f"SELECT {column}, {value} FROM {table} WHERE {value} <> '' ORDER BY {column}")
    ]
