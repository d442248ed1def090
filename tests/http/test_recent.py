"""Callers of the last seconds: found for ten seconds, and not after they were forgotten."""

from coterie.http.recent import REMEMBERED_MAX, SECONDS, Recent


def test_a_caller_is_recent_for_ten_seconds() -> None:
    now = 5.0
    recent = Recent[str](lambda: now)
    recent.remember("token", "marge")
    assert recent.find("token") == "marge"
    assert recent.find("other") is None
    now += SECONDS
    assert recent.find("token") is None


def test_a_forgotten_caller_is_not_recent() -> None:
    recent = Recent[str]()
    recent.remember("token", "marge")
    recent.forget("token")
    recent.forget("other")
    assert recent.find("token") is None


def test_only_so_many_callers_are_remembered() -> None:
    recent = Recent[int]()
    for number in range(REMEMBERED_MAX + 1):
        recent.remember(number, number)
    assert recent.find(0) is None
    assert recent.find(REMEMBERED_MAX) == REMEMBERED_MAX


def test_a_caller_that_is_no_longer_recent_is_not_stored() -> None:
    now = 5.0
    recent = Recent[str](lambda: now)
    recent.remember("first", "marge")
    recent.remember("second", "homer")
    now += 1
    recent.remember("first", "marge")
    now += SECONDS - 1
    assert recent.find("third") is None
    assert len(recent) == 1
    assert recent.find("first") == "marge"
    now += 1
    recent.remember("third", "moe")
    assert len(recent) == 1
