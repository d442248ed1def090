"""Whatever is sent to R0's writes and lists is answered with a success or a clear refusal, never with a fault.

The inputs are drawn from a seeded generator: the pools of a database draw random numbers too, on threads of their own,
and hypothesis takes that for a strategy that is not repeatable.
"""

from random import Random
from typing import Any
from urllib.parse import quote

from r0_client import ENCODINGS, R0
from world import World

HOSTILE: list[Any] = [
    "", " ", "\0", "\ud800", "🙏" * 50, "א\u202eb", "x" * 20_000, "--02-30", "0000-00-00", "1e999", "NaN", "%zz&=[",
    "' OR 1=1 --", 10**40, -(2**63) - 1, 1e308, float("inf"), True, None, [], {}, [[]], [{}], {"": ""}, {"$ref": 1},
    {"first_name": {"first_name": 1}}, ["a", None, 3], "self", "null", "+1 800 555 0142", "a@b.example.org", "US",
    "-1", "2147483648", "2023-02-29T25:00", 3.7, "true", "\u0661\u0662",
]  # fmt: skip
FIELDS = [
    "first_name", "last_name", "relationship_type", "birthday", "gender", "linkedin_url", "deleted", "phone_number",
    "email_address", "address_line_1", "locality", "region", "postcode", "country", "notifications",
]  # fmt: skip
WRITES = [
    ("POST", "/contacts", "contact"),
    ("PATCH", "/contacts/{}", "contact"),
    ("POST", "/contacts/{}/phone-numbers", "phone_number"),
    ("POST", "/contacts/{}/emails", "email"),
    ("POST", "/contacts/{}/addresses", "address"),
    ("POST", "/addresses", "address"),
    ("PATCH", "/api/v1/users/self", "user"),
]
GOOD = {"first_name": "Bart", "relationship_type": 1, "phone_number": "800-555-0100", "email_address": "b@example.org",
        "address_line_1": "1 Main St", "locality": "", "region": "", "postcode": "", "country": "US"}  # fmt: skip
QUERIES = ["page", "limit", "include", "include[]", "include[a]", "include[][b]", "search", "x[y][]", "format"]


def test_any_body_is_taken_or_refused(r0: R0, world: World) -> None:
    draw = Random(742)
    answers = set()
    for _ in range(250):
        method, path, wrapper = draw.choice(WRITES)
        fields = {name: draw.choice(HOSTILE) for name in draw.sample(FIELDS, draw.randint(1, 3))}
        body = {wrapper: fields if method == "PATCH" or draw.random() < 0.3 else GOOD | fields}
        encoding = "json" if "\ud800" in fields.values() else draw.choice(ENCODINGS)
        response = r0.send(method, path.format(world.homer.uuid), body, encoding)
        answers.add(response.status)
        assert response.status in (200, 201, 400, 404, 413, 422), (method, path, body, response.body)
        if response.status == 422:
            assert all(field and reasons for field, reasons in response.json["errors"].items())
        if fields.get("deleted") is True or fields.get("deleted") == "true":
            r0.patch(f"/contacts/{world.homer.uuid}", {"contact": {"deleted": False}})
    assert {200, 201, 422} <= answers


def test_any_query_is_taken_or_refused(r0: R0, world: World) -> None:
    draw = Random(743)
    answers = set()
    for _ in range(200):
        path = draw.choice(["/contacts", "/addresses", "/contacts/{}/emails", "/contacts/{}", "/api/v1/orgs"])
        given = [(draw.choice(QUERIES), str(draw.choice(HOSTILE))) for _ in range(draw.randint(1, 3))]
        query = "&".join(f"{name}={quote(value[:3000], errors='ignore')}" for name, value in given)
        response = r0.get(f"{path.format(world.homer.uuid)}?{query}")
        answers.add(response.status)
        assert response.status in (200, 406, 422), (path, query, response.body)
    assert answers == {200, 406, 422}


def test_any_path_leads_nowhere(r0: R0) -> None:
    draw = Random(744)
    for _ in range(60):
        base = draw.choice([r0.base, "/api/v1/orgs", f"{r0.base}/contacts", "/api/v1/users"])
        segments = [str(draw.choice(HOSTILE)).replace("/", "").replace("?", "")[:50] for _ in range(3)]
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            response = r0.send(method, "/".join([base, *segments]).encode(errors="ignore").decode())
            # a body that is missing is told before a thing that is
            assert response.status in (404, 405, 422), (base, segments, response.body)
