"""Discovery: from an address to the book, as each client walks it."""

import base64

from carddav.dav_client import Dav, new_device
from client import Client
from world import World

from coterie.actions.devices import revoke_device
from coterie.actions.members import remove_member
from coterie.store.devices import list_devices


def test_well_known_redirects_without_a_password(client: Client) -> None:
    for method in ("GET", "PROPFIND", "OPTIONS"):
        response = client.with_token(None).call(method, "/.well-known/carddav")
        assert response.status == 301
        assert response.headers["location"] == "http://testserver/dav/"


def test_everything_else_asks_for_a_password(client: Client, dav: Dav) -> None:
    for method, path in (("PROPFIND", "/dav/"), ("OPTIONS", "/"), ("GET", dav.book), ("REPORT", dav.book)):
        response = client.with_token(None).call(method, path)
        assert response.status == 401
        assert response.headers["www-authenticate"] == 'Basic realm="Coterie", charset="UTF-8"'


def test_from_the_root_to_the_book(dav: Dav) -> None:
    for root in ("/", "/dav", "/dav/"):
        found = dav.propfind(root, "D:current-user-principal", "C:addressbook-home-set")
        assert found.text("/dav/", "D:current-user-principal") == dav.principal
    principal = dav.propfind(dav.principal, "C:addressbook-home-set", "D:resourcetype", "D:displayname")
    assert principal.text(dav.principal, "C:addressbook-home-set") == dav.home
    books = dav.propfind(dav.home, "D:resourcetype", "D:displayname", "D:sync-token", "CS:getctag", depth="1")
    assert books.hrefs == [dav.home, dav.book]
    assert books.text(dav.book, "D:displayname") == "Contacts"
    types = [each.tag for each in books.props[dav.book]["{DAV:}resourcetype"]]
    assert types == ["{DAV:}collection", "{urn:ietf:params:xml:ns:carddav}addressbook"]
    assert books.text(dav.book, "D:sync-token") == books.text(dav.book, "CS:getctag")


def test_options_name_the_address_book(dav: Dav) -> None:
    for path in ("/", "/dav/", dav.principal, dav.home, dav.book, "x.vcf"):
        response = dav.call("OPTIONS", path)
        assert response.status == 200
        assert "addressbook" in response.headers["dav"].split(", ")
    assert "PUT" in dav.call("OPTIONS", dav.book).headers["allow"]


def test_a_wrong_password_is_refused_and_slowed_down(client: Client, world: World, dav: Dav) -> None:
    for _ in range(10):
        wrong = dav.client.call("PROPFIND", "/dav/", headers={"authorization": _basic(dav.user, "wrong")})
        assert wrong.status == 401
    assert dav.client.call("PROPFIND", "/dav/", headers={"authorization": _basic(dav.user, "wrong")}).status == 429
    # the account's other devices are not locked out
    assert dav.call("OPTIONS", "/dav/").status == 200


def test_the_users_password_is_no_devices_password(dav: Dav) -> None:
    wrong = dav.client.call("PROPFIND", "/dav/", headers={"authorization": _basic(dav.user, "correct horse")})
    assert wrong.status == 401


def test_a_password_is_read_as_people_type_it(dav: Dav) -> None:
    for user, password in (
        (dav.user.upper(), dav.password.replace("-", " ").upper()),
        (dav.user.replace("@", "%40"), dav.password),
    ):
        found = dav.client.call("OPTIONS", "/dav/", headers={"authorization": _basic(user, password)})
        assert found.status == 200


def test_a_password_is_for_its_member_only(bobs: Dav, dav: Dav) -> None:
    assert dav.client.call("OPTIONS", "/dav/", headers={"authorization": _basic(bobs.user, dav.password)}).status == 401


def test_other_members_and_organizations_do_not_exist(dav: Dav, bobs: Dav, charlies: Dav) -> None:
    for other in (bobs, charlies):
        assert dav.call("PROPFIND", other.home, depth="1").status == 404
        assert dav.call("GET", other.book + "x.vcf").status == 404


def test_infinity_is_refused(dav: Dav) -> None:
    response = dav.call("PROPFIND", dav.book)
    assert response.status == 403
    assert b"propfind-finite-depth" in response.body


def test_a_read_only_device_reads(client: Client, world: World) -> None:
    dav = new_device(client, world.database, world.alice, is_read_only=True)
    found = dav.propfind(dav.book, "D:current-user-privilege-set")
    privileges = {each.tag for each in found.props[dav.book]["{DAV:}current-user-privilege-set"].iter()}
    assert "{DAV:}read" in privileges
    assert "{DAV:}write-content" not in privileges
    response = dav.put("x.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:x;;;;\r\nEND:VCARD\r\n")
    assert response.status == 403
    assert b"need-privileges" in response.body


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_revoked_device_and_one_of_a_former_member_are_refused(dav: Dav, bobs: Dav, world: World) -> None:
    assert dav.call("OPTIONS", "/dav/").status == bobs.call("OPTIONS", "/dav/").status == 200
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:x;;;;\r\nEND:VCARD\r\n"
    assert dav.put("a.vcf", card).status == bobs.put("b.vcf", card).status == 201  # their logins are recent
    with world.database.write() as tx:
        for device in list_devices(tx, world.alice.organization_id, limit=100):
            if device.email == dav.user:
                revoke_device(tx, world.alice, device.id)
        remove_member(tx, world.alice, bobs.user)
        states = [device.revoked_at is not None for device in list_devices(tx, world.alice.organization_id, limit=100)]
    for device in (dav, bobs):
        assert device.put("c.vcf", card).status == 401
        assert device.call("PROPPATCH", "").status == 401
        assert device.call("OPTIONS", "/dav/").status == 401
    assert states == [True, True]
