"""Settings, Calendar: an address is made, shown once, and ended."""

import re
import time

from client import Client
from visitor import Visitor, text_of
from world import World


def test_an_address_is_made_shown_once_and_ended(alice: Visitor, world: World, client: Client) -> None:
    page = f"/{world.organization.id}/settings/calendar"
    assert "never read" not in text_of(alice.get(page))
    made = alice.post(page, contents=["birthdays", "in_touch"])
    address = re.search(r'id="address" readonly value="https?://[^/"]+(/calendar/[^"]+\.ics)"', made.body.decode())
    assert address is not None
    assert client.call("GET", address[1]).status == 200
    shown = alice.get(page)
    assert address[1] not in shown.body.decode()
    # the feed does not wait until its last use is saved
    deadline = time.monotonic() + 10
    while "last read" not in text_of(shown) and time.monotonic() < deadline:
        shown = alice.get(page)
    assert "Birthdays, whom to be in touch with last read just now" in text_of(shown)
    feed = re.search(r"/settings/calendar/([0-9a-f-]+)/revoke", shown.body.decode())
    assert feed is not None
    assert alice.post(f"{page}/{feed[1]}/revoke").status == 303
    assert client.call("GET", address[1]).status == 404
    assert alice.post(f"{page}/{feed[1]}/revoke").status == 404


def test_unknown_contents_are_refused_and_the_form_comes_again(alice: Visitor, world: World) -> None:
    again = alice.post(f"/{world.organization.id}/settings/calendar", contents=["weather"])
    assert again.status == 422
    assert "is not one of birthdays" in text_of(again)
