"""A real SMTP server on loopback, and settings that name it."""

from collections.abc import Iterator

import pytest
from smtp_server import Inbox, free_port, serving

from coterie.settings import Settings


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def smtp(port: int) -> Settings:
    return Settings(smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="Coterie <coterie@springfield.example>")


@pytest.fixture
def inbox(port: int) -> Iterator[Inbox]:
    inbox = Inbox()
    with serving(inbox, port):
        yield inbox
