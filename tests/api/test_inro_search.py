"""GET /contacts/search: case, accents and phone punctuation do not matter; every word is a prefix."""

from collections.abc import Iterator

import pytest
from client import Client
from crowds import add_people
from world import World, make_world

from coterie.actions.contacts import create_contact, delete_contact, restore_contact, update_contact
from coterie.search.contacts import LOOK_AHEAD
from coterie.store.database import Database

PEOPLE = {
    "zoe": {"display_name": "Zoë Müller-Łuczak", "username": "zoe.m_99", "email": "z.muller+work@sub.example.org"},
    "sean": {"real_name": "Seán O’Brien", "phone": "+33 6 12 34 56 78", "display_name": "Johnny"},
    "bruce": {"display_name": "李小龍", "real_name": "Bruce Lee", "phone": "(800) 555-0199"},
    "sara": {"display_name": "שרה כהן", "real_name": "Sara Cohen 😀", "email": "sara@büro.example"},
    "ana": {"real_name": "Ana Maria dos Santos", "username": "ana_maria1984"},
    "digits": {"username": "4ever.user12345678", "real_name": "Luca D'Ambrosi2024"},
    "strasse": {"display_name": "Weiß Straße", "employer": "Acme GmbH", "nickname": "Whitey"},
}
# more than are counted while the page is read
CROWD = LOOK_AHEAD + 30


@pytest.fixture(scope="module")
def people(database: Database) -> World:
    world = make_world(database)
    with database.write() as tx:
        for fields in PEOPLE.values():
            create_contact(tx, world.alice, fields)
        add_people(tx, world.alice, ["Crowd chosen"] * 12 + ["Crowd"] * (CROWD - 12))
    return world


@pytest.fixture
def inro(client: Client, people: World) -> Iterator[Client]:
    yield client.with_token(people.alice_token)


def found(inro: Client, query: str) -> list[str]:
    """Who a query finds, by the names above; the contacts of the world have ids 1 and 2."""
    response = inro.get("/api/v1/contacts/search", query=query)
    assert response.status == 200, response.body
    names = ["marge", "homer", *PEOPLE]
    ids = [contact["id"] for contact in response.json]
    assert response.headers["x-total"] == str(len(ids))
    return [names[number - 1] for number in ids]


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("zoe", ["zoe"]), ("ZOË", ["zoe"]), ("muller", ["zoe"]), ("MÜLLER", ["zoe"]), ("luczak", ["zoe"]),
        ("Łuczak", ["zoe"]), ("zo mu", ["zoe"]), ("mu zo", ["zoe"]), ("zoe homer", ["homer", "zoe"]), ("oe", []),
        ("zoe.m_99", ["zoe"]), ("zoe.m", ["zoe"]), ("99", ["zoe"]), ("  zoe   m  ", ["zoe"]),
        ("z.muller+work@sub.example.org", ["zoe"]), ("work", ["zoe"]), ("sub.example", ["zoe"]),
        ("obrien", ["sean"]), ("O'Brien", ["sean"]), ("o’brien", ["sean"]), ("brien", ["sean"]),
        ("sean johnny", ["sean"]),
        ("user12345678", ["digits"]), ("4ever", ["digits"]), ("dambrosi2024", ["digits"]),
        ("d’ambrosi2024", ["digits"]),
        ("ana_maria1984", ["ana"]), ("ana maria1984", ["ana"]), ("luca 4ever", ["digits"]),
        ("+33612345678", ["sean"]), ("33 6 12", ["sean"]), ("0033 6", ["sean"]),
        ("06.12.34", ["sean"]), ("612345678", ["sean"]), ("(800) 555", ["marge", "bruce"]), ("800-555-0199", ["bruce"]),
        ("8005550199", ["bruce"]), ("+1 800 555 0199", ["bruce"]), ("5550199", ["bruce"]), ("0199", ["bruce"]),
        ("+33\u00a06\u00a012\u00a034 56 78", ["sean"]), ("+33 6\u201112\u201134\u201156\u201178", ["sean"]),
        ("tel:+33612345678", ["sean"]),
        ("８００ ５５５ ０１９９", ["bruce"]), ("bruce (800) 555-0199", ["bruce"]),
        ("0199 bruce", ["bruce"]), ("zoe 0199", []),
        ("800-555-0199 x9", ["bruce"]), ("345678", ["sean"]),
        ("李小龍", ["bruce"]), ("李", ["bruce"]), ("bruce 李", ["bruce"]), ("שרה", ["sara"]), ("כהן ש", ["sara"]),
        ("büro", ["sara"]), ("buro", ["sara"]), ("weiss", ["strasse"]), ("STRASSE", ["strasse"]),
        ("straße", ["strasse"]),
        ("acme", ["strasse"]), ("whitey", ["strasse"]), ("maria ana", ["ana"]), ("ana_maria", ["ana"]),
        ("example.org", ["marge", "homer", "zoe"]), ("simpson", ["marge", "homer"]), ("marge simp", ["marge"]),
        ("😀", []), ("!!!", []), ("\"", []), ("'", []), ("*", []), ("a" * 500, []), ("-", []),
    ],
)  # fmt: skip
def test_a_query_finds_these_contacts(inro: Client, query: str, who: list[str]) -> None:
    assert found(inro, query) == who


@pytest.mark.parametrize(
    "query",
    ["ana OR homer", "ana AND", "NOT ana", "NEAR(ana maria)", 'ana"', "words:ana", "ana*", "ana & maria", "ana:*",
     "(ana", "ana |", "!ana", "ana' OR 1=1 --", "^ana", "{ana}", "\\ana", "%", "_"],
)  # fmt: skip
def test_a_query_is_words_and_never_a_language(inro: Client, query: str) -> None:
    assert inro.get("/api/v1/contacts/search", query=query).status == 200


@pytest.mark.parametrize("query", ["", "   ", None])
def test_without_a_query_it_is_the_list(inro: Client, query: str | None) -> None:
    parameters = {} if query is None else {"query": query}
    assert inro.get("/api/v1/contacts/search", **parameters).json == inro.get("/api/v1/contacts").json


def test_digits_within_a_word_are_part_of_it(inro: Client) -> None:
    fields = {"real_name": "Luca D'Ambrosi26114", "username": "luca1992", "email": "2000flushes@example.net"}
    luca = inro.post("/api/v1/contacts", {"contact": fields}).json["id"]
    try:
        for query in ("ambrosi26114", "dambrosi26114", "D’Ambrosi26114", "luca1992", "luca19", "2000flushes",
                      "luca 2000flushes@example.net", "2000"):  # fmt: skip
            assert [c["id"] for c in inro.get("/api/v1/contacts/search", query=query).json] == [luca], query
        assert inro.get("/api/v1/contacts/search", query="luca 1992").json == []
    finally:
        inro.delete(f"/api/v1/contacts/{luca}")


def test_a_number_is_found_by_the_letters_and_the_extension_it_was_typed_with(inro: Client) -> None:
    vanity = inro.post("/api/v1/contacts", {"contact": {"real_name": "Seed Shop", "phone": "1-800-SEEDS-12"}}).json[
        "id"
    ]
    desk = inro.post("/api/v1/contacts", {"contact": {"real_name": "Desk", "phone": "+1 212 555 0133 x9"}}).json["id"]
    try:
        for query, contact_id in (
            ("1-800-SEEDS-12", vanity), ("800-SEEDS-12", vanity), ("+1 212 555 0133 x9", desk), ("212-555-0133", desk),
        ):  # fmt: skip
            response = inro.get("/api/v1/contacts/search", query=query)
            assert [contact["id"] for contact in response.json] == [contact_id], query
    finally:
        for contact_id in (vanity, desk):
            assert inro.delete(f"/api/v1/contacts/{contact_id}").status in (200, 204)


def test_a_search_has_pages(inro: Client) -> None:
    response = inro.get("/api/v1/contacts/search", query="example", page=2, per_page=2, order_direction="desc")
    assert [contact["id"] for contact in response.json] == [2, 1]
    assert (response.headers["x-total"], response.headers["x-total-pages"]) == ("4", "2")


@pytest.mark.parametrize(("query", "total"), [("zoe", 1), ("crowd", CROWD), ("crowd chosen", 12), ("crowd nobody", 0)])
def test_the_count_is_that_of_all_matches_on_every_page(inro: Client, query: str, total: int) -> None:
    last = max(-(-total // 10), 1)
    for order in ("id", "name"):
        for page in {1, 2, 3, 4, last - 1, last, last + 1} - {0}:
            response = inro.get("/api/v1/contacts/search", query=query, page=page, per_page=10, order_column=order)
            assert response.headers["x-total"] == str(total)
            assert len(response.json) == min(max(total - (page - 1) * 10, 0), 10)


@pytest.mark.parametrize("query", ["x" * 501, "a\0b"])
def test_a_query_that_is_no_text_or_too_long_is_refused(inro: Client, query: str) -> None:
    response = inro.get("/api/v1/contacts/search", query=query)
    assert (response.status, response.json) == (400, {"error": "query is invalid"})


def test_many_long_words_are_cut_and_do_no_harm(inro: Client) -> None:
    assert found(inro, "ana " * 100) == ["ana"]
    assert found(inro, " ".join(f"w{number}" for number in range(100))) == []


def test_a_change_is_found_at_once_and_what_was_there_before_is_not(client: Client, world: World) -> None:
    inro = client.with_token(world.alice_token)

    def finds(query: str) -> list[int]:
        return [contact["id"] for contact in inro.get("/api/v1/contacts/search", query=query).json]

    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"real_name": "Marge Bouvier", "email": "mb@example.com"})
    assert finds("bouvier") == finds("mb") == [world.marge.id]
    assert finds("simpson") == [world.homer.id]
    # of these words, only her name is still hers
    assert finds("marge example.org") == [world.marge.id]


def test_a_former_username_is_found(client: Client, world: World) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"username": "bluehair", "real_name": None, "email": None})
    response = client.with_token(world.alice_token).get("/api/v1/contacts/search", query="marge")
    assert [contact["username"] for contact in response.json] == ["bluehair"]


def test_a_deleted_contact_is_not_found_and_a_restored_one_is(client: Client, world: World) -> None:
    inro = client.with_token(world.alice_token)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    assert inro.get("/api/v1/contacts/search", query="marge").json == []
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"bio": "still here"})
        restore_contact(tx, world.alice, world.marge.id)
    assert [contact["id"] for contact in inro.get("/api/v1/contacts/search", query="marge").json] == [world.marge.id]


def test_another_organizations_contacts_are_not_found(client: Client, world: World) -> None:
    assert client.with_token(world.alice_token).get("/api/v1/contacts/search", query="moe").json == []
