"""Figures of the whole instance for operators; no statement reads the contacts or events themselves, and only
organizations with a quota of files have their files added up."""

from msgspec import Struct

from coterie.store.contacts import COUNT, count_contacts
from coterie.store.database import Tx
from coterie.store.quotas import sum_file_bytes


class QuotaUse(Struct, frozen=True):
    """The share of a quota that an organization uses; 1 is all of it. quota: contacts or file_bytes."""

    organization_uuid: str
    quota: str
    share: float


class Figures(Struct, frozen=True):
    """contacts: not deleted. events: numbers given to events and revisions. Sizes in bytes."""

    organizations: int
    contacts: int
    events: int
    database_bytes: int
    attachments: int
    attachment_bytes: int
    quotas: tuple[QuotaUse, ...] = ()


def list_quota_use(tx: Tx) -> list[QuotaUse]:
    """The use of each quota that is set, of all organizations."""
    rows = tx.all(
        "SELECT id, uuid, contacts_max, file_bytes_max FROM organizations"
        " WHERE contacts_max IS NOT NULL OR file_bytes_max IS NOT NULL ORDER BY id"
    )
    return [
        QuotaUse(uuid, quota, used(tx, organization_id) / max(limit, 1))
        for organization_id, uuid, *limits in rows
        for quota, used, limit in zip(("contacts", "file_bytes"), (count_contacts, sum_file_bytes), limits, strict=True)
        if limit is not None
    ]


def load_figures(tx: Tx) -> Figures:
    """The figures of all organizations together."""
    if tx.engine == "sqlite":
        size = tx.one("SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s")
    else:
        size = tx.one("SELECT pg_database_size(current_database())")
    organizations = tx.one("SELECT count(*) FROM organizations")
    files = tx.one("SELECT count(*), CAST(coalesce(sum(byte_count), 0) AS BIGINT) FROM attachments")
    assert size and organizations and files
    count, byte_count = files
    quotas = tuple(list_quota_use(tx))
    return Figures(organizations[0], _sum(tx, COUNT), _sum(tx, "event_id"), size[0], count, byte_count, quotas=quotas)


def _sum(tx: Tx, name: str) -> int:
    row = tx.one("SELECT CAST(coalesce(sum(value), 0) AS BIGINT) FROM counters WHERE name = :name", {"name": name})
    return int(row[0]) if row else 0
