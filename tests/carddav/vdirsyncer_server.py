"""Tells vdirsyncer's own tests where the server is. They run with another Python, which has no Coterie."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest


class ServerMixin:
    storage_class: Any

    @pytest.fixture
    def get_storage_args(self, slow_create_collection: Any, aio_connector: Any) -> Callable[..., Awaitable[Any]]:
        async def inner(collection: str | None = "test") -> Any:
            args = {
                "url": os.environ["DAV_URL"],
                "username": os.environ["DAV_USER"],
                "password": os.environ["DAV_PASSWORD"],
                "connector": aio_connector,
            }
            return args if collection is None else await slow_create_collection(self.storage_class, args, collection)

        return inner
