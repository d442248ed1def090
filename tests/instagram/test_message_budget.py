"""What a message of Instagram costs in statements, so that none grows unseen.

The number is what it takes today. A change that needs more raises it in the same commit, and says why.
"""

import pytest
from client import Client
from counting import counted
from instagram_world import deliver, message, messaging, number, work

from coterie.settings import Settings
from coterie.store.database import Database


def test_a_message_of_an_existing_contact_takes_few_statements(
    inro: Client,
    account: str,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person_id = number()
    deliver(inro, messaging(account, message(account, person_id, "Hello")))
    work(database, settings)
    with counted(monkeypatch) as statements:
        deliver(inro, messaging(account, message(account, person_id, "Are you there?")))
        work(database, settings)
    # every lane looks for jobs, also those that no message concerns
    assert len([each for each in statements if not each.startswith("SELECT 1 FROM jobs ")]) <= 19
