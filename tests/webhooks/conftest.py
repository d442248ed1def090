"""A receiver on loopback, and an instance that may send to it."""

from collections.abc import Iterator

import msgspec
import pytest
from receiver import Receiver

from coterie.settings import Settings


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sending(settings: Settings) -> Settings:
    """Settings that allow loopback."""
    return msgspec.structs.replace(settings, outgoing_allowed="127.0.0.0/8")
