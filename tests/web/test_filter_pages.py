"""Filters of People as chips, segments and their pages, exports of both."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.actions.segments import create_segment
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.model.terms import TAGS
from coterie.store.segments import list_segments


@pytest.fixture
def path(world: World) -> str:
    """The path of the organization, in which Homer is a neighbour."""
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Old neighbours")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
    return f"/{world.organization.id}"


def names(visitor: Visitor, path: str, **query: str) -> list[str]:
    return re.findall(r'href="/\d+/people/\d+[^"]*" dir="auto">([^<]+)</a>', visitor.get(path, **query).body.decode())


def chips(visitor: Visitor, path: str, **query: str) -> list[str]:
    return [
        unescape(each)
        for each in re.findall(r'aria-label="Remove the filter ([^"]+)"', visitor.get(path, **query).body.decode())
    ]


def test_conditions_are_added_one_by_one_and_removed(alice: Visitor, path: str) -> None:
    query = {"field": "tag", "op": "is", "value": "old neighbours"}
    there = alice.get(f"{path}/people", **query).headers["location"]
    assert names(alice, there) == ["Homer Simpson"]
    more = {"filter": 'tag:"old neighbours"', "field": "name", "op": "not:contains", "value": "homer"}
    there = alice.get(f"{path}/people", **more).headers["location"]
    assert chips(alice, there) == ["Tag is old neighbours", "Not: Name contains homer"]
    page = alice.get(there).body.decode()
    assert names(alice, there) == [] and "Nobody matches" in page
    rest = unescape(re.findall(r'aria-current="true" href="([^"]+)"', page)[-1])
    assert names(alice, rest) == ["Homer Simpson"]


@pytest.mark.parametrize(
    ("field", "op", "value", "line"),
    [
        ("last_touch", "older_than", "90d", "last_touch:>90d"), ("birthday", "within_next", "30d", "birthday:next30d"),
        ("followers", "between", "10..20", "followers:10..20"), ("email", "none", "", "email:none"),
        ("follower", "is", "yes", "follower:yes"), ("tag", "not:is", "Old neighbours", '-tag:"Old neighbours"'),
        ("city", "starts", "New (York)", 'city:^"New (York)"'),
    ],
)  # fmt: skip
def test_a_condition_becomes_a_line(alice: Visitor, path: str, field: str, op: str, value: str, line: str) -> None:
    response = alice.get(f"{path}/people", field=field, op=op, value=value)
    assert response.status == 303, text_of(response)
    assert parse_qs(urlsplit(response.headers["location"]).query)["filter"] == [line]


@pytest.mark.parametrize("query", [{"field": "tag", "op": "is"}, {"field": "nothing", "op": "is", "value": "x"},
                                   {"field": "tag", "op": "gt", "value": "x"},
                                   {"field": "age", "op": "is", "value": "x"},
                                   {"field": "tag", "op": "is", "value": "x", "filter": "((("}])  # fmt: skip
def test_a_condition_that_is_not_valid_is_shown_with_its_reason(
    alice: Visitor, path: str, query: dict[str, str]
) -> None:
    response = alice.get(f"{path}/people", **query)
    assert response.status == 200 and 'class="problem"' in response.body.decode()


def test_every_field_has_a_form(alice: Visitor, path: str) -> None:
    fields = re.findall(r'<option value="([a-z_.]+)"', alice.get(f"{path}/people").body.decode())
    assert len(fields) > 60
    alice.is_fragment = True
    for field in fields:
        response = alice.get(f"{path}/people/condition", field=field)
        assert response.status == 200 and 'name="op"' in response.body.decode(), field


def test_a_filter_is_saved_renamed_and_deleted_as_a_segment(alice: Visitor, path: str, world: World) -> None:
    query = "?filter=tag%3A%22old+neighbours%22"
    there = alice.post(f"{path}/people/segment{query}", name="Neighbours").headers["location"]
    assert names(alice, there) == ["Homer Simpson"]
    page = alice.get(f"{path}/segments")
    assert "Neighbours" in text_of(page) and "1 person" in text_of(page)
    again = alice.post(f"{path}/people/segment{query}", name="neighbours")
    assert again.status == 422 and "already been taken" in text_of(again)
    with world.database.read() as tx:
        (segment,) = list_segments(tx, world.organization.id, limit=9)
    form = alice.get(f"{path}/segments/{segment.id}").body.decode()
    assert "tag:&#34;Old neighbours&#34;" in form
    assert alice.post(f"{path}/segments/{segment.id}", name="Everyone", filter="(((").status == 422
    alice.post(f"{path}/segments/{segment.id}", name="Everyone", filter="simpson")
    assert "2 people" in text_of(alice.get(f"{path}/segments"))
    alice.post(f"{path}/segments/{segment.id}/delete")
    assert "No segments yet" in text_of(alice.get(f"{path}/segments"))


def test_a_broken_segment_says_why(alice: Visitor, path: str, world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Gone")
        create_segment(tx, world.alice, "Broken", "tag:Gone")
        delete_term(tx, world.alice, TAGS, tag.id)
    assert "is broken: the tag 'Gone'" in text_of(alice.get(f"{path}/segments"))


def test_a_list_is_exported(alice: Visitor, path: str, world: World) -> None:
    assert "1 person" in text_of(alice.get(f"{path}/people/export", filter="name:homer"))
    table = alice.get(f"{path}/people/export.csv", filter="name:homer").body.decode()
    assert "Homer" in table and "Marge" not in table
    cards = alice.get(f"{path}/people/export.vcf").body.decode()
    assert cards.count("BEGIN:VCARD") == 2
    assert alice.get(f"{path}/people/export.exe").status == 422
    chosen = alice.post(f"{path}/people/export", ids=[str(world.marge.id)]).body.decode()
    assert "Marge" in chosen and "Homer" not in chosen
    assert alice.post(f"{path}/people/export").status == 422


@pytest.mark.parametrize("format_", ["csv", "vcf"])
@pytest.mark.parametrize("fields", [{}, {"filter": "name:simpson"}, {"q": "simpson"}])
def test_an_export_of_all_leaves_out_who_was_unticked(
    alice: Visitor, path: str, world: World, format_: str, fields: dict[str, str]
) -> None:
    excepted = [str(world.homer.id)]
    asked = alice.post(f"{path}/people/export", all="1", **fields, **{"except": excepted})
    assert "1 person" in text_of(asked) and "without 1 person" in text_of(asked)
    file = alice.post(f"{path}/people/export", all="1", format=format_, **fields, **{"except": excepted})
    assert file.status == 200
    assert "Marge" in file.body.decode() and "Homer" not in file.body.decode()
    everyone = alice.post(f"{path}/people/export", all="1", format=format_, **fields).body.decode()
    assert "Marge" in everyone and "Homer" in everyone
    assert alice.post(f"{path}/people/export", all="1", format="exe", **fields).status == 422


def test_segments_of_another_organization_are_not_found(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        theirs = create_segment(tx, world.charlie, "Theirs", "moe")
    root = f"/{world.organization.id}/segments/{theirs.id}"
    assert alice.get(root).status == alice.post(root, name="x", filter="x").status == 404
    assert alice.post(f"{root}/delete").status == 404
