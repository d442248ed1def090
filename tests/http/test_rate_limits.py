"""Rate limits: a bucket for each token, and the headers that say what is left."""

import pytest
from client import Client
from msgspec.structs import replace
from world import make_world

from coterie.app import create_app
from coterie.errors import TooOften
from coterie.http.asgi import HeaderList
from coterie.http.rate_limits import BUCKETS_MAX, RateLimits
from coterie.settings import Settings
from coterie.store.database import Database


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def headers_of(limits: RateLimits, token: str = "a") -> dict[bytes, bytes]:
    headers: HeaderList = []
    limits.take(token, headers)
    return dict(headers)


def test_a_bucket_empties_and_is_refilled_steadily() -> None:
    clock = Clock()
    limits = RateLimits(60, clock)
    assert headers_of(limits) == {b"ratelimit-policy": b'"default";q=60;w=60', b"ratelimit": b'"default";r=59;t=1'}
    for _ in range(59):
        headers_of(limits)
    for _ in range(3):
        refused: HeaderList = []
        with pytest.raises(TooOften) as error:
            limits.take("a", refused)
        assert error.value.seconds == 1
        assert dict(refused)[b"ratelimit"] == b'"default";r=0;t=1'
    assert headers_of(limits, "b")[b"ratelimit"] == b'"default";r=59;t=1'
    clock.now += 1
    assert headers_of(limits)[b"ratelimit"] == b'"default";r=0;t=60'
    clock.now += 3600
    assert headers_of(limits)[b"ratelimit"] == b'"default";r=59;t=1'


def test_the_memory_for_tokens_has_a_limit() -> None:
    clock = Clock()
    limits = RateLimits(60, clock)
    for number in range(3 * BUCKETS_MAX):
        headers_of(limits, str(number))
    assert len(limits._buckets) <= BUCKETS_MAX


@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/hub/v1/contacts", "/api/v1/orgs"])
def test_every_contract_counts_the_requests_of_a_token_and_answers_429(
    fresh_database: Database, settings: Settings, path: str
) -> None:
    world = make_world(fresh_database)
    client = Client(create_app(fresh_database, replace(settings, rate_per_minute=2)), token=world.alice_token)
    try:
        first, second, third = (client.get(path) for _ in range(3))
        assert (first.status, second.status, third.status) == (200, 200, 429)
        assert first.headers["ratelimit"].startswith('"default";r=1;')
        assert third.headers["ratelimit"].startswith('"default";r=0;')
        assert 0 < int(third.headers["retry-after"]) <= 30
        assert client.with_token(world.bob_token).get(path).status == 200
    finally:
        client.close()
