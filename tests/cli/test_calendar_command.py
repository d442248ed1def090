"""coterie calendar: the feeds of a member, by hand and for scripts."""

import json

import pytest
from test_account_commands import EMAIL, home, listed, run, said

from coterie.settings import Settings

__all__ = ["home"]
pytestmark = pytest.mark.slow


def test_a_feed_is_added_listed_and_revoked(home: Settings) -> None:
    user = ("--user", EMAIL)
    made = json.loads(said(home, "calendar", "add", *user, "--content", "birthdays", "--json"))
    assert made["url"].startswith("http://localhost:8000/calendar/") and made["url"].endswith(".ics")
    (feed,) = listed(home, "calendar", "list", *user)
    assert (feed["id"], feed["contents"]) == (made["id"], ["birthdays"])
    assert json.loads(said(home, "calendar", "revoke", made["id"], *user, "--json")) == {"id": made["id"]}
    assert "No calendar feeds" in said(home, "calendar", "list", *user)
    assert "not found" in run(home, "calendar", "revoke", made["id"], *user).stderr
    assert "not one of" in run(home, "calendar", "add", *user, "--content", "tides").stderr
