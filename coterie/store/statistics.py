"""Statistics for the query planners.

Without statistics SQLite picks the first index that begins with organization_id and reads all rows of the organization:
every handle to find one e-mail address. ANALYZE of an empty database would not help. So every migration fills
sqlite_stat1 (https://sqlite.org/fileformat2.html, 2.6.3) with the figures of a large instance, computed from the
expected number of distinct values of each column. PostgreSQL gathers its own statistics, but only after a minute:
analyze_grown makes it do so sooner.
"""

from collections.abc import Sequence

from coterie.store.database import Tx

ROWS = 1_000_000
# the number of distinct values of a column among rows that agree in the columns before it
_DISTINCT = {
    "organization_id": 1, "channel": 5, "kind": 3, "source": 3, "status": 2, "state": 4, "outcome": 5, "slug": 20,
    "deleted_at": 1, "language": 20, "is_follower": 2, "follower_count": 10_000, "follower_growth": 1_000,
    "contact_id": 200_000, "first_contact_id": 200_000, "second_contact_id": 200_000, "second_owner_id": 200_000,
    "user_id": 5, "import_id": 50, "folder_id": 50, "tag_id": 200, "expertise_id": 200, "profile_picture_url": 100_000,
    "level": 2, "decibits": 200,
}  # fmt: skip
DISTINCT = 500_000


def save_statistics(tx: Tx) -> None:
    """Writes the statistics of every index. This connection reads them at once, others with the schema."""
    if tx.engine != "sqlite":
        return
    tx.run("ANALYZE schedules")  # creates sqlite_stat1, for which there is no CREATE TABLE
    tx.run("DELETE FROM sqlite_stat1")
    indexes = tx.all(
        'SELECT m.name, i.name, i."unique", i.origin, t.wr FROM sqlite_schema m JOIN pragma_index_list(m.name) i'
        " JOIN pragma_table_list(m.name) t ON t.schema = 'main' WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        " AND t.type = 'table'"
    )
    rows = []
    for table, index, is_unique, origin, has_no_rowid in indexes:
        columns = tx.all("SELECT name FROM pragma_index_info(:index) ORDER BY seqno", {"index": index})
        # the primary key of a clustered table has the name of the table
        name = table if origin == "pk" and has_no_rowid else index
        stat = _figures([column for (column,) in columns], is_unique=bool(is_unique))
        rows.append({"tbl": table, "idx": name, "stat": stat})
    tx.insert_rows("sqlite_stat1", rows)
    tx.run("ANALYZE sqlite_schema")


def analyze_grown(tx: Tx, tables: Sequence[str]) -> list[str]:
    """Makes PostgreSQL analyze those of these tables that have doubled since it last did; returns their names.

    With statistics of a small table it finds rows, and checks foreign keys, by scanning all rows of an organization.
    Call it between the batches of bulk work; if nothing has grown, it costs one query.
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
    """The number of rows, then of those that agree in the first column, in the first two, …"""
    figures, left = [ROWS], ROWS
    for place, name in enumerate(columns):
        # users are few in an organization and many in all: an index that begins with them is narrow
        is_of_all = name == "user_id" and not place
        left = max(left // (DISTINCT if is_of_all else _DISTINCT.get(name, DISTINCT)), 1)
        figures.append(left)
    if is_unique:
        figures[-1] = 1
    return " ".join(map(str, figures))
