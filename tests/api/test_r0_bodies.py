"""Every write of a contact and its ways to be reached takes its body in each of the three forms."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from r0_client import ENCODINGS, R0
from world import PASSWORD, World

from coterie.api.r0 import addresses, contacts, handles, session, users
from coterie.api.r0.routes import ROUTES

MODULES = {each.__name__ for each in (addresses, contacts, handles, session, users)}
CONTACT = "/orgs/{org_id}/contacts/{contact_id}"
HOME = {"address_line_1": "742 Evergreen Terrace", "locality": "Springfield", "region": "Illinois",
        "postcode": "54321", "country": "US"}  # fmt: skip


class Write(NamedTuple):
    """body: what is sent, maybe made of the world; shows: where the response holds which value of it."""

    body: Any
    shows: Any = None
    status: int = 200


def _created(body: Any, shows: Any) -> Write:
    return Write(body, shows, 201)


_PHONE, _EMAIL = {"phone_number": "800-555-0142 ext. 7"}, {"email_address": "ünï@example.org"}
_NEW = {"first_name": "Ned & Söhne 🙏", "relationship_type": 3, "birthday": "--07-22"}
_ERASE = Write({"soft_delete": False}, None, 204)

WRITES: dict[tuple[str, str], Write] = {
    ("POST", "/login"): _created(lambda world: {"user": {"email": world.alice_email, "password": PASSWORD}}, {}),
    ("PATCH", "/users/{user_id}"): Write({"user": {"first_name": "Al = ice+"}}, {"first_name": "Al = ice+"}),
    ("POST", "/orgs/{org_id}/contacts"): _created({"contact": _NEW}, _NEW),
    ("PATCH", CONTACT): Write({"contact": {"relationship_type": 0}}, {"relationship_type": 0}),
    ("DELETE", CONTACT): _ERASE,
    ("POST", f"{CONTACT}/phone-numbers"): _created({"phone_number": _PHONE}, _PHONE),
    ("POST", f"{CONTACT}/phone-numbers/{{phone_id}}"): _created({"phone_number": _PHONE}, _PHONE),
    ("PATCH", f"{CONTACT}/phone-numbers/{{phone_id}}"): Write({"phone_number": _PHONE}, _PHONE),
    ("DELETE", f"{CONTACT}/phone-numbers/{{phone_id}}"): _ERASE,
    ("POST", f"{CONTACT}/emails"): _created({"email": _EMAIL}, _EMAIL),
    ("PATCH", f"{CONTACT}/emails/{{email_id}}"): Write({"email": _EMAIL}, _EMAIL),
    ("DELETE", f"{CONTACT}/emails/{{email_id}}"): _ERASE,
}
for _base in (CONTACT, "/orgs/{org_id}"):
    WRITES |= {
        ("POST", f"{_base}/addresses"): _created({"address": HOME}, HOME),
        ("PATCH", f"{_base}/addresses/{{address_id}}"): Write(
            {"address": {"region": "", "deleted": True}}, {"region": None}
        ),
        ("DELETE", f"{_base}/addresses/{{address_id}}"): _ERASE,
    }


def test_no_write_is_forgotten() -> None:
    ours = {
        (route.method, route.path) for route in ROUTES if route.body is not None and route.handler.__module__ in MODULES
    }
    assert set(WRITES) == ours


@pytest.fixture
def fill(r0: R0) -> Callable[[str], str]:
    """A path of the table with the ids of things made for it."""

    def make(path: str, body: Any) -> str:
        return str(r0.post(path, body).json["id"])

    def filled(template: str) -> str:
        ids = {"org_id": r0.base.rpartition("/")[2], "user_id": "self"}
        contact = "/contacts/" + ids.setdefault("contact_id", make("/contacts", {"contact": _NEW}))
        if "{phone_id}" in template:
            ids["phone_id"] = make(f"{contact}/phone-numbers", {"phone_number": {"phone_number": "8005550111"}})
        if "{email_id}" in template:
            ids["email_id"] = make(f"{contact}/emails", {"email": {"email_address": "first@example.org"}})
        if "{address_id}" in template:
            whose = contact if template.startswith(CONTACT) else ""
            ids["address_id"] = make(f"{whose}/addresses", {"address": HOME})
        return "/api/v1" + template.format(**ids)

    return filled


@pytest.mark.parametrize(("method", "template"), WRITES)
def test_a_write_takes_every_form(r0: R0, world: World, fill: Callable[[str], str], method: str, template: str) -> None:
    write = WRITES[(method, template)]
    body = write.body(world) if callable(write.body) else write.body
    for encoding in ENCODINGS:
        response = r0.send(method, fill(template), body, encoding)
        assert response.status == write.status, (encoding, response.body)
        if write.shows is not None:
            assert {key: response.json[key] for key in write.shows} == write.shows, encoding


@pytest.mark.parametrize(("method", "template"), [each for each in WRITES if each[0] != "DELETE"])
def test_a_write_without_its_body_names_what_is_missing(
    r0: R0, fill: Callable[[str], str], method: str, template: str
) -> None:
    wrapper = next(iter(WRITES[(method, template)].body)) if template != "/login" else "user"
    assert r0.send(method, fill(template)).json["errors"] == {wrapper: ["is missing"]}
    for wrong in ({wrapper: None}, {wrapper: []}, {wrapper: "x"}, {wrapper: [{}]}, {wrapper: 1}):
        response = r0.send(method, fill(template), wrong)
        assert (response.status, list(response.json["errors"])) == (422, [wrapper])
