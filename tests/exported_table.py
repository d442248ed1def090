"""The table of an organization's contacts, as the command line writes it."""

from collections.abc import Iterator

from coterie.exports.tables import measure_table, write_table
from coterie.model.organizations import Caller
from coterie.store.database import Tx


def csv_lines(tx: Tx, caller: Caller) -> Iterator[str]:
    return write_table(tx, caller, measure_table(tx, caller))
