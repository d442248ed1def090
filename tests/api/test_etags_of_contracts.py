"""ETags of the two published contracts: only headers, and 304 for a client that has the body."""

import pytest
from client import Client
from world import World


def paths(world: World) -> list[str]:
    org = f"/api/v1/orgs/{world.organization.uuid}"
    return ["/api/v1/me", f"/api/v1/contact?id={world.marge.id}", f"{org}/contacts/{world.marge.uuid}"]


@pytest.mark.parametrize("number", range(3))
def test_a_body_that_has_not_changed_is_304(world: World, client: Client, number: int) -> None:
    inro = client.with_token(world.alice_token)
    path = paths(world)[number]
    first = inro.call("GET", path)
    assert first.status == 200 and first.headers["cache-control"] == "no-store"
    etag = first.headers["etag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', f'{etag[:-1]}-gzip"', "*"):
        again = inro.call("GET", path, headers={"if-none-match": header})
        assert (again.status, again.body) == (304, b""), header
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "private, no-cache")
    assert inro.call("GET", path, headers={"if-none-match": '"other"'}).body == first.body


def test_a_change_gives_another_etag(world: World, client: Client) -> None:
    inro, path = client.with_token(world.alice_token), f"/api/v1/contact?id={world.marge.id}"
    etag = inro.call("GET", path).headers["etag"]
    assert inro.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"language": "en"}}).status == 200
    changed = inro.call("GET", path, headers={"if-none-match": etag})
    assert changed.status == 200 and changed.headers["etag"] != etag


def test_lists_errors_and_writes_have_none(world: World, client: Client) -> None:
    inro = client.with_token(world.alice_token)
    for response in (inro.get("/api/v1/contacts"), inro.get("/api/v1/contact", id=999_999), client.get("/api/v1/me")):
        assert "etag" not in response.headers
        assert response.headers["cache-control"] == "no-store"


def test_a_problem_names_its_request(world: World, hub: Client) -> None:
    response = hub.get("/api/hub/v1/contacts/999999")
    assert response.json["instance"] == f"urn:request:{response.headers['x-request-id']}"
