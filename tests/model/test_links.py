"""Links of contacts and gifts: http and https only, at every door."""

import msgspec
import pytest
from r0_client import R0
from world import World

from coterie.drafts.normalize import normalize_draft
from coterie.errors import Invalid
from coterie.model.gifts import STATUSES
from coterie.model.handles import LINKEDIN, WEBSITE, is_unsafe_link, normalize
from coterie.model.imports import ContactDraft, HandleDraft
from coterie.portable.lines import parse_row

UNSAFE = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " \x01javascript:1",
          "data:text/html,x", "vbscript:x", "javascript:1/alert(1)",
          "file:///etc/passwd", "javascript://example.org/%0aalert(1)")  # fmt: skip
SAFE = ("https://example.org", "HTTP://example.org/a:b", "example.org", "example.org:8080/x", "localhost:80", "/a", "")
ID = "01900000-0000-7000-8000-000000000001"


def test_schemes_that_a_browser_would_run_are_unsafe() -> None:
    assert [each for each in UNSAFE if not is_unsafe_link(each)] == []
    assert [each for each in SAFE if is_unsafe_link(each)] == []


@pytest.mark.parametrize("link", UNSAFE)
def test_an_unsafe_handle_is_rejected_and_goes_into_the_note_of_an_import(link: str) -> None:
    for channel in (WEBSITE, LINKEDIN):
        with pytest.raises(Invalid, match="http"):
            normalize(channel, link, None, channel)
        draft = normalize_draft(ContactDraft(first_name="A", handles=[HandleDraft(channel, link)]), None)
        assert draft.handles == [] and draft.note


@pytest.mark.parametrize("link", UNSAFE[:3])
def test_both_apis_reject_an_unsafe_link(r0: R0, world: World, link: str) -> None:
    contact = f"/contacts/{world.marge.uuid}"
    gift = {"gift": {"name": "Pearls", "status": STATUSES[0], "link": link}}
    assert "link" in str(r0.post(f"{contact}/gifts", gift).json)
    assert r0.patch(contact, {"contact": {"linkedin_url": link}}).status == 422
    for field in ("website", "profile_picture"):
        response = r0.client.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {field: link}})
        assert response.status == 400, response.body


@pytest.mark.parametrize("link", UNSAFE[:3])
@pytest.mark.parametrize(
    ("noun", "row", "field"),
    [
        ("gifts", {"contact": ID, "name": "Pearls", "status": "given"}, "link"),
        ("handles", {"contact": ID, "channel": WEBSITE, "normalized": "x"}, "value"),
        ("handles", {"contact": ID, "channel": LINKEDIN, "normalized": "x"}, "value"),
        ("contacts", {"uuid": ID, "display_name": "A"}, "profile_picture_url"),
    ],
)
def test_a_row_of_the_portable_archive_with_an_unsafe_link_is_rejected(
    noun: str, row: dict[str, str], field: str, link: str
) -> None:
    moment = "2026-01-02T03:04:05.000000Z"
    row = {"id": ID, "created_at": moment, "updated_at": moment} | row
    if noun == "contacts":
        del row["id"]
    assert parse_row(noun, msgspec.json.encode(row | {field: "https://example.org"}))
    with pytest.raises(Invalid, match="http"):
        parse_row(noun, msgspec.json.encode(row | {field: link}))
