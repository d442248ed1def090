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
