"""Forms that are not valid come back with the field named, described and in focus."""

import re

import pytest
from test_roles import BY_NAME, ENDS, call, path_of
from visitor import Visitor
from world import World

_ERROR_PAGE = "Something in the form is not valid"
_FIELD = re.compile(r"<(?:input|select|textarea)[^>]*aria-invalid=\"true\"[^>]*>")


def test_every_form_that_comes_back_names_and_describes_a_field(alice: Visitor, world: World) -> None:
    seen, wrong = 0, {}
    for name, page in BY_NAME.items():
        if page.method != "POST" or page.access == "anyone" or name in ENDS:
            continue
        response = call(alice, page, world)
        body = response.body.decode("utf-8", "replace")
        has_form = f'action="{path_of(page, world)}"' in body
        if response.status != 422 or not has_form or _ERROR_PAGE in body:
            continue
        seen += 1
        fields = _FIELD.findall(body)
        described = [re.search(r'aria-describedby="([^"]+)"', field) for field in fields]
        ids = {each for match in described if match for each in match[1].split()}
        # without script, the browser gives the focus to the first element that asks for it
        first = re.findall(r"<[^>]*\sautofocus[^>]*>", body)[:1]
        if not fields or not ids or not all(f'id="{each}"' in body for each in ids) or first != fields[:1]:
            wrong[name] = (fields, first)
    assert seen > 10
    assert not wrong, [*wrong.items()]


@pytest.mark.parametrize("fields", [{"email": "no address"}, {"birthday": "yesterday", "real_name": "Ned"}])
def test_the_first_field_that_is_not_valid_has_the_focus(alice: Visitor, world: World, fields: dict[str, str]) -> None:
    body = alice.post(f"/{world.organization.id}/people/new", **fields).body.decode()
    (focused,) = re.findall(r"<input[^>]*\sautofocus[^>]*>", body)
    assert f'name="{next(iter(fields))}"' in focused and 'aria-invalid="true"' in focused


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account", {"first_name": "Zo", "last_name": "Quill", "time_zone": "Nowhere"}),
        ("/{o}/settings/organization", {"name": "Tavern", "time_zone": "Nowhere"}),
        ("/{o}/settings/tokens", {"token_name": "Shop", "days": "9999"}),
        ("/{o}/settings/properties/new", {"title": "Team", "property_type": "single_choice", "description": "Sport"}),
        ("/{o}/settings/webhooks/new", {"url": "nowhere", "description": "Shop", "kinds": "tag.*", "filter": "name:a"}),
        ("/{o}/settings/subscriptions/new", {"name": "Friends", "url": "nowhere", "username": "marge"}),
        ("/{o}/people/new", {"real_name": "Ned", "phone": "555-0100", "email": "nowhere"}),
    ],
)
def test_a_form_that_comes_back_has_what_was_typed(
    alice: Visitor, world: World, path: str, fields: dict[str, str]
) -> None:
    response = alice.post(path.format(o=world.organization.id), **fields)
    assert response.status == 422
    for name, value in fields.items():
        (field,) = re.findall(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', response.body.decode())
        assert f'value="{value}"' in field or field.startswith("<select"), name
