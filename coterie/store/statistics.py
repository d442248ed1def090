"""What SQLite's planner believes of the tables: fixed figures of a large book, written when the schema is made.

Without figures SQLite takes the first index that begins with organization_id and reads everything the organization
has: every handle to find one e-mail address. ANALYZE on a young, empty book would teach it nothing. So sqlite_stat1
(https://sqlite.org/fileformat2.html, 2.6.3) is filled for each index from how many different values a column is
expected to have. PostgreSQL keeps figures of its own, but gathers them a minute late: look_again has it do so sooner.
"""

from collections.abc import Sequence

from coterie.store.database import Tx

ROWS = 1_000_000
# how many different values a column has within what stands before it; a column not named here has DIFFERENT
_DIFFERENT = {
    "organization_id": 1, "channel": 5, "kind": 3, "source": 3, "status": 2, "state": 4, "outcome": 5, "slug": 20,
    "deleted_at": 1, "language": 20, "is_follower": 2, "follower_count": 10_000, "follower_growth": 1_000,
    "contact_id": 200_000, "first_contact_id": 200_000, "second_contact_id": 200_000, "second_owner_id": 200_000,
    "user_id": 5, "import_id": 50, "folder_id": 50, "tag_id": 200, "expertise_id": 200, "profile_picture_url": 100_000,
}  # fmt: skip
DIFFERENT = 500_000


def save_statistics(tx: Tx) -> None:
    """Write the figures of every index, and have this connection read them; others do when they read the schema."""
    if tx.engine != "sqlite":
        return
    tx.run("ANALYZE schedules")  # makes sqlite_stat1, which cannot be created by name
    tx.run("DELETE FROM sqlite_stat1")
    indexes = tx.all(
        'SELECT m.name, i.name, i."unique", i.origin, t.wr FROM sqlite_schema m JOIN pragma_index_list(m.name) i'
        " JOIN pragma_table_list(m.name) t ON t.schema = 'main' WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        " AND t.type = 'table'"
    )
    rows = []
    for table, index, is_unique, origin, has_no_rowid in indexes:
        columns = tx.all("SELECT name FROM pragma_index_info(:index) ORDER BY seqno", {"index": index})
        # the primary key of a clustered table is the table itself
        known_as = table if origin == "pk" and has_no_rowid else index
        stat = _figures([name for (name,) in columns], is_unique=bool(is_unique))
        rows.append({"tbl": table, "idx": known_as, "stat": stat})
    tx.insert_rows("sqlite_stat1", rows)
    tx.run("ANALYZE sqlite_schema")


def look_again(tx: Tx, tables: Sequence[str]) -> list[str]:
    """Have PostgreSQL look at those of these tables that are twice as large as when it last did; which they were.

    Until then it finds rows, and checks each foreign key, by reading all an organization has, and keeps to that plan
    while the table grows. To be called between batches that fill tables; where nothing has grown it costs one look-up.
    """
    if tx.engine != "postgresql":
        return []
    rows = tx.all(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        f" AND relname {tx.in_list('tables')} AND pg_relation_size(oid)"
        " > 2 * greatest(relpages, 1) * CAST(current_setting('block_size') AS bigint) ORDER BY relname",
        {"tables": tx.list_param(tables)},
    )
    grown = [name for (name,) in rows]
    if grown:
        tx.run(f"ANALYZE {', '.join(grown)}")
    return grown


def _figures(columns: list[str], *, is_unique: bool) -> str:
    """How many rows there are, then how many share the first column, the first two, …"""
    figures, left = [ROWS], ROWS
    for name in columns:
        left = max(left // _DIFFERENT.get(name, DIFFERENT), 1)
        figures.append(left)
    if is_unique:
        figures[-1] = 1
    return " ".join(map(str, figures))
