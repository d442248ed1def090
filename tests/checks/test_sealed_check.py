"""A data folder without the key of its sealed values, as after a move: coterie check says so. On both engines."""

from world import make_world

from coterie.actions.subscriptions import add_subscription
from coterie.checks.run import CheckResult, run_checks
from coterie.model.subscriptions import Subscription
from coterie.store.database import Database
from coterie.store.secrets import KEY_FILE, seal


def check(database: Database) -> CheckResult:
    results = run_checks(database, database.settings, is_deep=False, is_repairing=True)
    return next(result for result in results if result.name == "sealed-secrets")


def test_sealed_values_without_their_key_are_reported(fresh_database: Database) -> None:
    folder = fresh_database.settings.data_folder
    world = make_world(fresh_database)
    new = Subscription(
        id="", user_id=None, name="Friends", url="https://x.example/", username="u", password_sealed=seal(folder, "s")
    )
    with fresh_database.write() as tx:
        subscription = add_subscription(tx, world.alice, new)
    assert check(fresh_database).problem_count == 0
    key = folder / KEY_FILE
    old = key.read_bytes()
    key.unlink()
    missing = check(fresh_database)
    assert [(each.subject, each.text) for each in missing.examples] == [
        (f"subscription {subscription.id}", "secret.key is missing")
    ]
    assert (missing.open_count, missing.is_repairable, key.exists()) == (1, False, False)
    # the next value that is sealed makes another key
    seal(folder, "another")
    [example] = check(fresh_database).examples
    assert example.text == "A secret cannot be decrypted: secret.key in the data folder is not its key"
    key.write_bytes(old)
    assert check(fresh_database).problem_count == 0
