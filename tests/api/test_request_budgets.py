"""What two common requests cost in statements, so that none grows unseen.

The number is what it takes today. A change that needs more raises it in the same commit, and says why.
"""

import pytest
from client import Client
from counting import counted
from r0_client import R0
from world import World


def test_a_new_email_address_takes_few_statements(inro: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as statements:
        assert inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"email": "m@example.org"}}).status == 200
    assert len(statements) <= 17


def test_a_contact_with_six_parts_takes_few_statements(r0: R0, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ["emails", "phone_numbers", "locations", "tags", "notes", "relationships"]
    with counted(monkeypatch) as statements:
        assert r0.get(f"/contacts/{world.marge.uuid}", **{"include[]": parts}).status == 200
    assert len(statements) <= 6
