"""The Graph as it really is: limits, expired tokens, failures that pass; pictures; the token's seal; the command."""

import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from client import Client
from forked import run_command
from graph_server import PNG, GraphServer, failure
from instagram_world import TOKEN, contact, deliver, message, messaging, newest, number, waiting, work
from world import World

from coterie.errors import Conflict, Invalid, Unavailable
from coterie.graph.client import Limited, Missing, TokenInvalid, Unreachable, find_profile, open_graph
from coterie.graph.pictures import NoPicture, fetch_picture, image_type
from coterie.model import times
from coterie.model.instagram import Account, parse_graph_url
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import file_path
from coterie.store.instagram_accounts import find_account
from coterie.store.instagram_pictures import list_pictures
from coterie.store.secrets import KEY_FILE, seal, unseal


def ask(graph: GraphServer, token: str = TOKEN) -> Any:
    with open_graph(graph.url, token) as client:
        return find_profile(client, "42")


def account_of(database: Database, world: World, account: str) -> Account:
    with database.read() as tx:
        found = find_account(tx, world.organization.id, account)
    assert found is not None
    return found


@pytest.mark.parametrize("code", [4, 17, 32, 613])
def test_metas_codes_for_too_many_calls_pause(graph: GraphServer, code: int) -> None:
    graph.says("42", failure(code), 400)
    with pytest.raises(Limited) as caught:
        ask(graph)
    assert caught.value.pause_seconds == 900


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "120"}, 120),
        ({"retry_after": "999999999"}, 86_400),
        ({"retry_after": "soon"}, 900),
        ({"x_business_use_case_usage": json.dumps({"1": [{"estimated_time_to_regain_access": 7}]})}, 420),
        ({"x_business_use_case_usage": "{broken"}, 900),
    ],
)
def test_what_meta_says_about_when_is_obeyed(graph: GraphServer, headers: dict[str, str], seconds: float) -> None:
    graph.says("42", failure(4), 429, **headers)
    with pytest.raises(Limited) as caught:
        ask(graph)
    assert caught.value.pause_seconds == seconds


@pytest.mark.parametrize(("percent", "pause"), [(94, 0), (95, 900), (100, 900)])
def test_a_limit_that_is_near_pauses_before_it_is_reached(graph: GraphServer, percent: int, pause: float) -> None:
    usage = json.dumps({"call_count": percent, "total_time": 1, "total_cputime": 1})
    graph.says("42", {"username": "x"}, x_app_usage=usage)
    assert ask(graph)[1] == pause


@pytest.mark.parametrize(
    ("status", "body", "error", "calls"),
    [
        (500, b"<html>", Unreachable, 2),
        (400, failure(2, "temporary"), Unreachable, 2),
        (200, b"[1, 2]", Unreachable, 2),
        (200, b"\xff", Unreachable, 2),
        (400, failure(100), Missing, 1),
        (400, {"error": {"code": [190], "message": {"a": 1}}}, Missing, 1),
        (302, b"", Missing, 1),
        (200, b" " * 300_000, Missing, 1),
    ],
)
def test_only_what_may_pass_is_tried_again(
    graph: GraphServer, status: int, body: Any, error: type[Exception], calls: int
) -> None:
    graph.says("42", body, status)
    with pytest.raises(error):
        ask(graph)
    assert len(graph.asked) == calls


def test_the_token_is_in_no_error_and_in_the_address_only_for_who_reads_no_header(graph: GraphServer) -> None:
    graph.person("42", "x")
    assert ask(graph)[0].username == "x"
    assert not graph.token_seen_in_address
    graph.reads_header = False
    assert ask(graph)[0].username == "x"
    assert graph.token_seen_in_address
    with pytest.raises(TokenInvalid) as caught:
        ask(graph, "another-token")
    assert "another-token" not in repr(caught.value)


def test_a_limit_makes_everyone_wait_and_nothing_is_lost(
    inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> None:
    people = [number(), number()]
    for person in people:
        graph.says(person, failure(4), 400, retry_after="600")
    deliver(inro, messaging(account, *[message(account, person, "hi") for person in people]))
    work(database, settings)
    assert len(graph.asked) == 1
    until = account_of(database, world, account).paused_until
    assert until is not None and times.after(times.now(), 500) < until < times.after(times.now(), 700)
    assert len(waiting(database, world, "instagram_profile")) == 2


def test_an_expired_token_waits_for_the_account_to_be_connected_again(
    inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> None:
    person = number()
    graph.says(person, failure(190, "Error validating access token"), 400)
    deliver(inro, messaging(account, message(account, person, "hi")))
    work(database, settings)
    assert account_of(database, world, account).paused_until is not None
    assert len(waiting(database, world, "instagram_profile")) == 1


def test_a_picture_is_kept_once_and_a_new_one_takes_its_place(
    inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> None:
    base = graph.url.removesuffix("/v24.0")
    pictures, person = [], number()
    for name, data in (("a", PNG), ("a", PNG), ("b", PNG + b"2")):
        graph.says(f"pictures/{name}.png", data)
        graph.person(person, "bart", profile_pic=f"{base}/v24.0/pictures/{name}.png?signature={number()}")
        with database.write() as tx:
            tx.run("UPDATE instagram_people SET asked_at = NULL WHERE person_id = :id", {"id": person})
        deliver(inro, messaging(account, message(account, person, "hi")))
        work(database, settings)
        with database.read() as tx:
            pictures.append(list_pictures(tx, world.organization.id, newest(inro)["id"]))
    assert [len(found) for found in pictures] == [1, 1, 1]
    assert pictures[0] == pictures[1] != pictures[2]
    assert file_path(settings.data_folder, pictures[2][0][1]).read_bytes() == PNG + b"2"
    assert not file_path(settings.data_folder, pictures[0][0][1]).exists()
    assert graph.asked.count("pictures/a.png") == 1
    assert contact(inro, username="bart")["profile_picture"].startswith(base)


def test_what_trickles_in_is_given_up(graph: GraphServer, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.person("42", "x")
    graph.says("pictures/a.png", PNG)
    monkeypatch.setattr("coterie.graph.client.RESPONSE_SECONDS_MAX", -1.0)
    monkeypatch.setattr("coterie.graph.pictures.PICTURE_SECONDS_MAX", -1.0)
    with pytest.raises(Unreachable, match="in time"):
        ask(graph)
    with pytest.raises(NoPicture, match="too long"):
        fetch_picture(f"{graph.url}/pictures/a.png", graph.url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.jpg", "https://127.0.0.1/a.jpg", "https://localhost/a.jpg", "https://[::1]/a.jpg",
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://0x7f000001/", "file:///etc/passwd",
        "https://user:password@example.com/a.jpg", "https://example.com:22/", "", "https://", "https://[", "x" * 3000,
    ],
)  # fmt: skip
def test_a_picture_is_fetched_from_public_places_only(url: str) -> None:
    with pytest.raises(NoPicture):
        fetch_picture(url, "https://graph.instagram.com/v24.0")


@pytest.mark.parametrize(
    ("body", "status"), [(b"<svg>", 200), (b"", 200), (PNG, 404), (PNG, 302), (PNG + b"0" * 6_000_000, 200)]
)
def test_what_is_no_picture_or_too_large_is_not_kept(graph: GraphServer, body: bytes, status: int) -> None:
    graph.says("pictures/x", body, status)
    with pytest.raises(NoPicture):
        fetch_picture(f"{graph.url}/pictures/x", graph.url)


def test_an_image_is_known_by_its_bytes() -> None:
    assert image_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert image_type(b"RIFF1234WEBPVP8 ") == "image/webp"
    assert image_type(b"GIF89a") == "image/gif"
    assert image_type(b"<html>") is None


def test_a_sealed_token_opens_only_with_its_key(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    sealed = seal(one, TOKEN)
    assert TOKEN not in sealed and sealed != seal(one, TOKEN)
    assert unseal(one, sealed) == TOKEN
    assert stat.S_IMODE((one / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in one.iterdir()] == [KEY_FILE]
    seal(other, "x")
    for folder, text in ((other, sealed), (one, sealed[:-6] + "AAAAA="), (one, "no seal")):
        with pytest.raises(Unavailable):
            unseal(folder, text)
    (one / KEY_FILE).write_text("broken")
    with pytest.raises(Unavailable):
        unseal(one, sealed)


@pytest.mark.parametrize(
    "url",
    ["", "graph.instagram.com", "ftp://x", "http://graph.instagram.com/v24.0", "https://u:p@x.org", "https://x.org?a=1",
     "https://", "https://x.org:port", "http://8.8.8.8", "https://x.org/a b"],
)  # fmt: skip
def test_a_graph_address_that_could_leak_the_token_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        parse_graph_url(url)


def run_connect(settings: Settings, *options: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return run_command(settings, "instagram", "connect", *options, "--access-token", "-", stdin=token + "\n")


@pytest.mark.slow
def test_the_command_connects_an_account_and_keeps_its_token_sealed(
    inro: Client, client: Client, database: Database, settings: Settings, world: World, graph: GraphServer
) -> None:
    account = number()
    graph.says(account, {"username": "evergreen", "profile_picture_url": "https://cdn.example/p.jpg", "id": account})
    options = ("--account", account, "--graph-url", graph.url)
    done = run_connect(settings, "--organization", world.organization.uuid, *options)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "@evergreen is connected."), done.stderr
    assert TOKEN not in done.stdout + done.stderr
    found = account_of(database, world, account)
    assert TOKEN not in found.access_token_sealed
    assert unseal(settings.data_folder, found.access_token_sealed) == TOKEN
    assert inro.get("/api/v1/me").json["username"] == "evergreen"
    charlie = run_connect(settings, "--organization", world.charlie.organization_uuid, *options)
    assert (charlie.returncode, Conflict.__name__ in charlie.stderr) == (1, False)
    assert "another organization" in charlie.stderr
    again = run_connect(settings, "--organization", world.organization.uuid, *options, token="a-newer-token")
    assert again.returncode == 0
    assert unseal(settings.data_folder, account_of(database, world, account).access_token_sealed) == "a-newer-token"


@pytest.mark.slow
def test_the_command_refuses_what_is_no_account_and_no_organization(settings: Settings, world: World) -> None:
    odd = run_connect(settings, "--organization", world.organization.uuid, "--account", "@evergreen")
    assert (odd.returncode, "digits" in odd.stderr) == (1, True)
    stranger = run_connect(settings, "--organization", "no-such", "--account", number())
    assert (stranger.returncode, "no organization" in stranger.stderr) == (1, True)
    empty = run_connect(settings, "--organization", world.organization.uuid, "--account", number(), token="")
    assert (empty.returncode, "access-token" in empty.stderr) == (1, True)
