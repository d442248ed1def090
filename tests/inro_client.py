"""Requests that many tests of Inrō's contract send."""

from typing import Any

from client import Client


def contact_of(inro: Client, contact_id: int) -> dict[str, Any]:
    response = inro.get("/api/v1/contact", id=contact_id)
    assert response.status == 200, response.body
    contact: dict[str, Any] = response.json
    return contact
