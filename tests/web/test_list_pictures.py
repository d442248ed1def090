"""Lists show the picture of each contact that has one, small; the others show initials."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from counting import counted
from test_person_files import PDF, photo
from visitor import Visitor
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.reminders import create_reminder
from coterie.model import times
from coterie.model.relationships import type_id
from coterie.store.attachments import list_pictures_of


def add_picture(alice: Visitor, world: World, contact_id: int) -> str:
    """Uploads a photo, which becomes the picture of the contact; returns the path of the picture in lists."""
    base = f"/{world.organization.id}/people/{contact_id}"
    alice.upload(f"{base}/files/new", "upload", "one.jpg", photo())
    paths = re.findall(rf'href="({base}/files/[0-9a-f-]{{36}})"', alice.get(base).body.decode())
    assert alice.post(f"{paths[-1]}/picture").status == 303
    return f"{paths[-1]}/picture?size=96"


def pictures_on(alice: Visitor, path: str) -> list[str]:
    response = alice.get(path)
    assert response.status == 200
    return re.findall(r'<img[^>]* src="([^"]+)"[^>]* loading="lazy"', response.body.decode())


def test_every_list_shows_the_picture(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        born = f"1956-{datetime.now(UTC):%m-%d}"
        update_contact(tx, world.alice, world.marge.id, {"birthday": born})
    path = add_picture(alice, world, world.marge.id)
    pair = f"{world.marge.id}-{world.homer.id}"
    places = (
        "people", "people/rows?from=0", "people?q=marge", "people?filter=name:marge", "today", f"duplicates/{pair}",
        "people/similar?real_name=marge", "palette?q=marge", "palette",
    )  # fmt: skip
    for place in places:
        assert pictures_on(alice, f"/{world.organization.id}/{place}") == [path], place
    response = alice.get(path)
    assert response.headers["content-type"] == "image/webp" and len(response.body) < 5_000


def test_lists_take_the_same_statements_with_more_people_and_pictures(
    alice: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.now(UTC) + timedelta(days=2)
    born, counts = f"1956-{soon:%m-%d}", []
    for count in (1, 5):
        for _ in range(count):
            with world.database.write() as tx:
                contact = create_contact(tx, world.alice, {"real_name": "Cousin Simpson", "birthday": born})
                create_reminder(tx, world.alice, {"title": "Call", "due_at": times.moment(soon)}, contact.id)
            add_picture(alice, world, contact.id)
        for place in ("people", "people?q=cousin", "today"):
            with counted(monkeypatch) as statements:
                shown = pictures_on(alice, f"/{world.organization.id}/{place}")
            assert len(shown) >= len(counts) // 3 * 5 + 1, place
            counts.append(len(statements))
    assert counts[:3] == counts[3:]


def test_the_circle_of_a_person_shows_pictures(alice: Visitor, world: World) -> None:
    base = f"/{world.organization.id}/people/{world.marge.id}"
    names = ("Homer Simpson", "Bart Simpson")
    with world.database.write() as tx:
        bart = create_contact(tx, world.alice, {"real_name": "Bart Simpson"})
        for other in (world.homer, bart):
            relate(tx, world.alice, world.marge.id, {"second_contact": other.uuid, "type_id": type_id("Friend")})
    paths = [add_picture(alice, world, each) for each in (bart.id, world.marge.id)]
    body = alice.get(base).body.decode()
    assert re.findall(r'<image href="([^"]+)"', body) == paths[::-1] and all(name in body for name in names)


def test_the_latest_choice_is_shown_and_none_for_other_files(alice: Visitor, world: World) -> None:
    list_path = f"/{world.organization.id}/people"
    alice.upload(f"{list_path}/{world.marge.id}/files/new", "upload", "cv.pdf", PDF)
    assert pictures_on(alice, list_path) == []
    add_picture(alice, world, world.marge.id)
    second = add_picture(alice, world, world.marge.id)
    assert pictures_on(alice, list_path) == [second]


def test_deleted_people_have_their_picture_in_the_trash_only(alice: Visitor, world: World) -> None:
    path, root = add_picture(alice, world, world.marge.id), f"/{world.organization.id}"
    alice.post(f"{root}/people/{world.marge.id}/delete")
    assert pictures_on(alice, f"{root}/people") == []
    assert pictures_on(alice, f"{root}/settings/deleted") == [path]


def test_pictures_of_another_organization_do_not_exist(alice: Visitor, visitor: Visitor, world: World) -> None:
    path = add_picture(alice, world, world.marge.id)
    stranger = Visitor(alice.client)
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.charlie.user_id})
        assert list_pictures_of(tx, world.charlie.organization_id, [world.marge.id]) == {}
    assert row is not None and stranger.sign_in(row[0]).status == 303
    theirs = path.replace(f"/{world.organization.id}/", f"/{world.charlie.organization_id}/", 1)
    assert stranger.get(path).status == stranger.get(theirs).status == 404


@pytest.mark.parametrize("name", ['"><img src=x onerror=alert(1)>', "\u202eevil", "👨‍👩‍👧‍👦"])
def test_initials_of_any_name_stay_under_the_picture(alice: Visitor, world: World, name: str) -> None:
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, {"real_name": name})
    path = add_picture(alice, world, contact.id)
    assert pictures_on(alice, f"/{world.organization.id}/people") == [path]
