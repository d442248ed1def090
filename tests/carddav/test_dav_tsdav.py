"""tsdav, a library of CardDAV for JavaScript, under node against a real server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from carddav.dav_client import Dav
from carddav.programs import PROGRAMS, serving
from r0_client import R0
from world import World

from coterie.settings import Settings

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parent / "tsdav_program.mjs"


def test_tsdav_lists_syncs_and_writes(world: World, settings: Settings, dav: Dav, r0: R0) -> None:
    dav.put("bart.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:b\r\nFN:Bart\r\nN:;Bart;;;\r\nEND:VCARD\r\n")
    with serving(settings) as url:
        first = run(url, dav, None)
        book, marge, homer = first["book"], f"{world.marge.uuid}.vcf", f"{world.homer.uuid}.vcf"
        assert book["url"] == url + dav.book
        assert names(book["objects"]) == {marge, homer, "bart.vcf"}
        assert all(card["etag"].startswith('"') and "BEGIN:VCARD" in card["data"] for card in book["objects"])
        assert first["found"] == [dav.book + marge]

        r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"nickname": "Midge"}})
        dav.call("DELETE", homer)
        dav.put("maggie.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:m\r\nFN:Maggie\r\nN:;Maggie;;;\r\nEND:VCARD\r\n")
        later = run(url, dav, book)
    seen = later["seen"]
    assert {kind: names(seen[kind]) for kind in seen} == {
        "created": {"maggie.vcf"}, "updated": {marge}, "deleted": {homer}
    }  # fmt: skip
    assert "NICKNAME:Midge" in seen["updated"][0]["data"]
    assert later["statuses"] == {
        "created": 201, "twice": 412, "updated": 204, "stale": 412, "staleDelete": 412, "deleted": 204
    }  # fmt: skip
    stored = dav.get("ned.vcf").body.decode()
    assert "FN:Ned F\r\n" in stored and "X-ODD:1\r\n" in stored
    assert dav.get("rod.vcf").status == 404


def run(url: str, dav: Dav, book: Any) -> Any:
    """What the program saw in one round. book: of its last round, None in the first."""
    node, folder = PROGRAMS / "node", PROGRAMS.parent
    assert (folder / "node_modules" / "tsdav").exists(), f"{folder} has no tsdav: make setup-dev installs it"
    done = subprocess.run(
        [node, PROGRAM, folder, url, dav.user, dav.password],
        input=json.dumps(book), capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def names(cards: list[dict[str, str]]) -> set[str]:
    return {card["url"].rpartition("/")[2] for card in cards}
