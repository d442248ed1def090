"""The palette finds people, pages, acts and segments; every key of the help page has an effect in the scripts."""

from pathlib import Path

from visitor import Visitor, text_of
from world import World

from coterie.actions.segments import create_segment
from coterie.web.help_page import KEYS

WEB = Path(__file__).parents[2] / "coterie" / "web"


def test_the_palette_finds_people_pages_acts_and_segments(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        create_segment(tx, world.alice, "Tall people", "simpson")
    path = f"/{world.organization.id}/palette"
    alice.is_fragment = True
    assert "Marge Simpson" in text_of(alice.get(path))
    found = text_of(alice.get(path, q="homer"))
    assert "Homer Simpson" in found and "Create “homer”" in found and "Marge" not in found
    assert "New person" in text_of(alice.get(path, q="new per"))
    assert "Tall people" in text_of(alice.get(path, q="tall"))
    assert "Members" in text_of(alice.get(path, q="memb"))
    alice.is_fragment = False
    assert f'href="/{world.organization.id}/audience"' in alice.get(path, q="audience").body.decode()


def test_texts_of_people_are_no_markup_and_no_address(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    page = alice.get(f"/{world.organization.id}/palette", q='"><img src=x>&a=b').body.decode()
    assert "<img" not in page and "name=%22%3E%3Cimg" in page
    assert alice.get(f"/{world.charlie.organization_id}/palette").status == 404


def test_every_key_of_the_help_page_is_in_a_script_or_at_a_button() -> None:
    scripts = "\n".join(path.read_text("utf-8") for path in (WEB / "static" / "js").glob("*.js"))
    templates = "\n".join(path.read_text("utf-8") for path in (WEB / "templates").rglob("*.html"))
    for _, keys in KEYS:
        for key, label in keys:
            last = {"Esc": "Escape"}.get(key, key).split(" ")[-1]
            in_script = any(f in scripts for f in (f'"{last}"', f" {last}: ", f'"{last.lower()}"'))
            assert in_script or last == "Enter" or f'data-key="{last}"' in templates, (key, label)


def test_a_page_learns_that_its_session_has_ended(alice: Visitor) -> None:
    alice.is_fragment = True
    response = alice.get("/account/session")
    assert response.body.decode().strip() == alice.token and "no-store" in response.headers["cache-control"]
    alice.cookies.clear()
    assert alice.get("/account/session").status == 401
