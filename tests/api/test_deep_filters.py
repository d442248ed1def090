"""Filters of 10,000 levels, in either spelling, at every place of the contracts that takes one."""

import pytest
from client import Client
from world import World

HUB = "/api/hub/v1"
DEEP = 10_000
JSON = '{"not": ' * DEEP + '{"field": "tag", "value": "a"}' + "}" * DEEP
LINE = "(" * DEEP + "a" + ")" * DEEP


@pytest.mark.parametrize("filter_", [JSON, LINE, "-" * DEEP + "a"], ids=["json", "groups", "minuses"])
def test_a_filter_of_ten_thousand_levels_is_refused(world: World, hub: Client, filter_: str) -> None:
    for path in ("/contacts", "/contacts/changes"):
        assert hub.get(f"{HUB}{path}", filter=filter_).status == 400
    assert hub.post(f"{HUB}/segments", {"name": "Deep", "filter": filter_}).status == 422
    assert hub.post(f"{HUB}/webhooks", {"url": "https://hooks.example.org/", "filter": filter_}).status == 422


def test_decoded_json_of_ten_thousand_levels_is_refused(world: World, hub: Client) -> None:
    for path, body in (
        ("/segments", f'{{"name": "Deep", "filter": {JSON}}}'),
        ("/contacts", f'{{"properties": {{"a": {"[" * DEEP}{"]" * DEEP}}}}}'),
        ("/contacts/batch", f'{{"operations": {"[" * DEEP}{"]" * DEEP}}}'),
    ):
        response = hub.call("POST", f"{HUB}{path}", body=body.encode(), headers={"content-type": "application/json"})
        assert response.status in (400, 422), (path, response.body[:300])
