"""Failed logins are limited by address, by source and by both; others never lock an owner out."""

import pytest

from coterie.errors import TooOften
from coterie.model.login_attempts import ADDRESS_MAX, PAIR_MAX, SOURCE_MAX, LoginAttempts, network_of

ALICE, BOB = "alice@example.org", "bob@example.org"


def fail(attempts: LoginAttempts, address: str, source: str, count: int) -> None:
    for _ in range(count):
        attempts.begin(address, source)


def test_an_address_waits_where_it_failed_and_nowhere_else() -> None:
    attempts = LoginAttempts()
    fail(attempts, ALICE, "192.0.2.1", PAIR_MAX)
    with pytest.raises(TooOften) as refused:
        attempts.begin(ALICE, "192.0.2.1")
    assert 0 < refused.value.seconds <= 901
    attempts.begin(BOB, "192.0.2.1")
    attempts.succeed(attempts.begin(ALICE, "192.0.2.2"))


def test_a_success_forgets_the_failures() -> None:
    attempts = LoginAttempts()
    for _ in range(5):
        fail(attempts, ALICE, "192.0.2.1", PAIR_MAX - 1)
        attempts.succeed(attempts.begin(ALICE, "192.0.2.1"))
    fail(attempts, ALICE, "192.0.2.1", PAIR_MAX)
    with pytest.raises(TooOften):
        attempts.begin(ALICE, "192.0.2.1")


def test_a_source_waits_whatever_addresses_it_tries() -> None:
    attempts = LoginAttempts()
    for number in range(SOURCE_MAX):
        attempts.begin(f"a{number}@example.org", "192.0.2.1")
    with pytest.raises(TooOften):
        attempts.begin(BOB, "192.0.2.1")
    attempts.begin(BOB, "192.0.2.2")


def test_a_proxy_on_this_machine_is_no_source() -> None:
    attempts = LoginAttempts()
    for number in range(SOURCE_MAX + 1):
        attempts.begin(f"a{number}@example.org", "127.0.0.1")
    assert attempts.begin(BOB, "127.0.0.1").address == BOB


def test_guessing_from_many_sources_is_limited_and_spares_those_the_owner_uses() -> None:
    attempts = LoginAttempts()
    attempts.succeed(attempts.begin(ALICE, "198.51.100.7"))
    for number in range(ADDRESS_MAX):
        attempts.begin(ALICE, f"192.0.2.{number}")
    with pytest.raises(TooOften):
        attempts.begin(ALICE, "192.0.2.200")
    attempts.succeed(attempts.begin(ALICE, "198.51.100.7"))


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "loopback"),
        ("127.3.4.5", "loopback"),
        ("", "loopback"),
    ],
)
def test_a_network_is_one_source(source: str, network: str) -> None:
    assert network_of(source) == network
