"""R0's document, word for word: addresses, phone numbers and e-mail addresses of a contact, in a person's order."""

from r0_client import R0
from world import World

C = "curl https://web.r0app.com/api/v1/orgs/:org_id/contacts/:contact_id"
TOKEN = "-H 'Authorization: Bearer <token>'"


def test_the_printed_requests_about_addresses(r0: R0, world: World) -> None:
    homer = world.homer.uuid
    assert r0.shell(f"{C}/addresses \\\n-X GET \\\n{TOKEN}", contact_id=homer).json["addresses"] == []
    made = r0.shell(
        f"""{C}/addresses \\
-X POST \\
{TOKEN} \\
-d 'address[address_line_1]=742 Evergreen Terrace' \\
-d 'address[locality]=Springfield' \\
-d 'address[region]=Illinois' \\
-d 'address[postcode]=54321' \\
-d 'address[country]=United States of America'""",
        contact_id=homer,
    )
    assert (made.status, made.json["address_line_1"], made.json["country_code"]) == (
        201,
        "742 Evergreen Terrace",
        "US",
    )
    ids = {"contact_id": homer, "address_id": made.json["id"]}
    changed = r0.shell(
        f"{C}/addresses/:address_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'address[address_line_2]=Attn: Bart'", **ids
    )
    assert (changed.status, changed.json["address_line_2"]) == (200, "Attn: Bart")
    gone = r0.shell(f"{C}/addresses/:address_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)


def test_the_printed_requests_about_phone_numbers(r0: R0, world: World) -> None:
    homer = world.homer.uuid
    made = r0.shell(
        f"{C}/phone-numbers \\\n-X POST \\\n{TOKEN} \\\n-d 'phone_number[phone_number]=800-555-5555 ext. 123'",
        contact_id=homer,
    )
    assert (made.status, made.json["phone_number"], made.json["extension"]) == (201, "800-555-5555 ext. 123", "123")
    ids = {"contact_id": homer, "phone_id": made.json["id"]}
    assert r0.shell(f"{C}/phone-numbers \\\n-X GET \\\n{TOKEN}", **ids).json["phone_numbers"] == [made.json]
    assert r0.shell(f"{C}/phone-numbers/:phone_id \\\n-X GET \\\n{TOKEN}", **ids).json == made.json
    changed = r0.shell(
        f"{C}/phone-numbers/:phone_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'phone_number[phone_number]=8004445555'", **ids
    )
    assert (changed.status, changed.json["phone_number"], changed.json["extension"]) == (200, "8004445555", None)
    gone = r0.shell(f"{C}/phone-numbers/:phone_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)
    # "If set to false this will 'undelete' a previously deleted record."
    back = r0.shell(f"{C}/phone-numbers/:phone_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'phone_number[deleted]=false'", **ids)
    assert (back.status, back.json["deleted_at"]) == (200, None)
    # the heading prints the id behind a POST, the example does not
    behind = r0.shell(
        f"{C}/phone-numbers/:phone_id \\\n-X POST \\\n{TOKEN} \\\n-d 'phone_number[phone_number]=800-555-0123'", **ids
    )
    assert behind.status == 201


def test_the_printed_requests_about_email_addresses(r0: R0, world: World) -> None:
    homer = world.homer.uuid
    # where the document says [email protected], an address was hidden by the site it is on
    made = r0.shell(f"{C}/emails \\\n-X POST \\\n{TOKEN} \\\n-d 'email[email_address]=h@example.org'", contact_id=homer)
    assert (made.status, made.json["email_address"]) == (201, "h@example.org")
    ids = {"contact_id": homer, "email_id": made.json["id"]}
    for path in ("emails", "email-addresses"):
        assert r0.shell(f"{C}/{path} \\\n-X GET \\\n{TOKEN}", **ids).json["email_addresses"][-1] == made.json
    assert r0.shell(f"{C}/emails/:email_id \\\n-X GET \\\n{TOKEN}", **ids).json == made.json
    changed = r0.shell(
        f"{C}/emails/:email_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'email[email_address]=hjs@example.org'", **ids
    )
    assert (changed.status, changed.json["email_address"]) == (200, "hjs@example.org")
    gone = r0.shell(f"{C}/emails/:email_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)
