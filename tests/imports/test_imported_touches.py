"""Messages that an import adds to a contact count as touches, until the import is undone."""

from pathlib import Path

from instagram_export import MS, export, springfield
from runs import applied, counts
from world import World

from coterie.actions.cadences import set_cadence
from coterie.actions.contacts import create_contact
from coterie.actions.touch_plans import compute_plans
from coterie.imports.formats.instagram_export import moment_of
from coterie.imports.undo import undo
from coterie.model.cadences import Target, TouchPlan
from coterie.store.touch_plans import list_plans_of


def plan_of(world: World, contact_id: int) -> TouchPlan:
    with world.database.read() as tx:
        plans = list_plans_of(tx, world.organization.id, [contact_id])
        assert plans == compute_plans(tx, world.organization.id, [contact_id])
    return plans[contact_id]


def test_messages_of_an_import_move_the_day_and_its_undo_moves_it_back(world: World, tmp_path: Path) -> None:
    with world.database.write() as tx:
        lisa = create_contact(tx, world.alice, {"first_name": "Lisa", "username": "lisa.s"}).id
        set_cadence(tx, world.alice, Target("contact", lisa), "3w")
    before = plan_of(world, lisa)
    run, import_ = applied(world.database, world.alice, tmp_path, export(tmp_path, springfield()))
    assert counts(import_) == (3, 1, 0, 0, 0)
    assert plan_of(world, lisa).last_touch_at == moment_of(MS + 1000)
    undo(run)
    assert plan_of(world, lisa) == before
    assert before.last_touch_at is None
