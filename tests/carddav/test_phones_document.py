"""docs/phones.md: the address that its steps name is the one that each program's first request asks."""

import plistlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from carddav.ask import ask
from carddav.dav_client import Dav
from carddav.first_requests import FIRST, WELL_KNOWN

from coterie.model.carddav_accounts import DeviceAccount, davx5_link, mobileconfig

DOCUMENT = (Path(__file__).parents[2] / "docs/phones.md").read_text("utf-8")
STEPS = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)[1:])
PRINTED = dict(re.findall(r"^  (device_id|url|user|password|davx5)\s+(\S+)$", DOCUMENT, re.MULTILINE))
ENTERED = {
    "profile": r"--mobileconfig|\bprofile\b(?!,)", "server": r"\bserver `book\.example\.org`",
    "link": r"\bdavx5 link\b", "url": r"\b(URL|url)\b",
}  # fmt: skip
# asks the well-known address of the server in a URL first, and the URL if that fails
WELL_KNOWN_FIRST = {"vdirsyncer, khard"}
ACCOUNT = DeviceAccount(
    base_url="https://book.example.org", user="marge@example.org", password=PRINTED["password"], name="Marge's iPhone",
    id="019e0000-0000-7000-8000-000000000000",
)  # fmt: skip


def profile() -> dict[str, str]:
    (settings,) = plistlib.loads(mobileconfig(ACCOUNT).encode())["PayloadContent"]
    return settings  # type: ignore[no-any-return]


def path_of(entered: str) -> str:
    """The path that an address begins with, by RFC 6764 for one that is a server only."""
    if entered == "server":
        return WELL_KNOWN
    if entered == "profile":
        return profile()["CardDAVPrincipalURL"]
    return urlsplit(PRINTED["davx5" if entered == "link" else "url"]).path


def test_the_document_prints_what_the_command_prints() -> None:
    assert PRINTED["url"] == ACCOUNT.url
    assert PRINTED["user"] == ACCOUNT.user == profile()["CardDAVUsername"]
    assert PRINTED["davx5"] == davx5_link(ACCOUNT)
    assert unquote(urlsplit(PRINTED["davx5"]).username or "") == ACCOUNT.user
    for place in (ACCOUNT.url, PRINTED["davx5"]):
        assert urlsplit(place).hostname == profile()["CardDAVHostName"] == "book.example.org"


def test_every_program_with_a_fixture_has_steps_and_the_other_way_round() -> None:
    assert STEPS.keys() == FIRST.keys()


@pytest.mark.parametrize("program", FIRST)
def test_the_steps_name_the_address_that_the_program_asks_first(program: str) -> None:
    named = {entered for entered, words in ENTERED.items() if re.search(words, STEPS[program])}
    assert named == FIRST[program].paths.keys()
    for entered, path in FIRST[program].paths.items():
        assert path == (WELL_KNOWN if program in WELL_KNOWN_FIRST else path_of(entered))


@pytest.mark.parametrize("user", [str, quote, str.upper], ids=["as printed", "percent-encoded", "in capitals"])
@pytest.mark.parametrize("program", FIRST)
def test_each_first_request_finds_the_book(dav: Dav, program: str, user: Callable[[str], str]) -> None:
    first = FIRST[program]
    dav = replace(dav.as_program(first.agent), user=user(dav.user))
    for path in first.paths.values():
        if path == WELL_KNOWN:
            for name in (path, f"{path}/"):
                redirect = dav.call("PROPFIND", name, depth="0")
                assert (redirect.status, urlsplit(redirect.headers["location"]).path) == (301, "/dav/")
            path = "/dav/"
        root = ask(dav, path, first.names)
        principal = root.text("/dav/", "D:current-user-principal")
        home = ask(dav, principal, "C:addressbook-home-set").text(principal, "C:addressbook-home-set")
        assert dav.book in ask(dav, home, "resourcetype displayname", depth="1").hrefs


def test_the_name_records_say_the_same_path() -> None:
    (path,) = re.findall(r'TXT\s+"path=([^"]+)"', DOCUMENT)
    assert path == urlsplit(ACCOUNT.url).path
    assert re.findall(r"SRV\s+\d+ \d+ (\d+) (\S+)\.$", DOCUMENT, re.MULTILINE) == [("443", "book.example.org")]
