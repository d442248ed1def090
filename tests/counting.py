"""Counts the statements that the transactions of this process send to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from coterie.store.postgres.database import PostgresTx
from coterie.store.sqlite.connection import SqliteTx


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements sent within, in order."""
    statements: list[str] = []
    with monkeypatch.context() as patch:
        for transaction in (SqliteTx, PostgresTx):
            for name in ("all", "one", "run", "execute_many", "insert_values"):
                patch.setattr(transaction, name, _counting(getattr(transaction, name), statements))
        yield statements


def _counting(method: Any, statements: list[str]) -> Any:
    def count(self: Any, what: str, *arguments: Any, **options: Any) -> Any:
        if not arguments or arguments[-1] != []:  # no rows, no statement
            statements.append(what)
        return method(self, what, *arguments, **options)

    return count
