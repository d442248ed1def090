"""What tests of Inrō's contract ask for again and again."""

from typing import Any

from client import Client


def contact_of(inro: Client, contact_id: int) -> dict[str, Any]:
    answer = inro.get("/api/v1/contact", id=contact_id)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found
