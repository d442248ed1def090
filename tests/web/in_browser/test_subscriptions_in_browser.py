"""The pages of a subscription in each of its states, in a real browser."""

from pathlib import Path

import pytest
from app_pages import Watched

from coterie.model.subscriptions import (
    CARD_HELD,
    CONFLICT,
    HELD,
    MANY,
    PREVIEW,
    REJECTED,
    TWO_WAY,
    HeldRun,
    RemoteCard,
    Subscription,
)
from coterie.settings import load_settings
from coterie.store.database import open_database
from coterie.store.remote_cards import save_remote_cards
from coterie.store.subscriptions import insert_subscription

pytestmark = pytest.mark.slow
LONG = "W" * 300 + " \u202eevil\u202c العربية 👩‍👩‍👧‍👦 <b>"
IDS = ("019e0000-0000-7000-8000-00000000000a", "019e0000-0000-7000-8000-00000000000b")


def fill(folder: Path) -> None:
    """Two subscriptions of the first organization: one in its preview, one with everything that can be shown."""
    database = open_database(load_settings({}, data=str(folder)))
    preview = Subscription(
        id=IDS[0], user_id=None, name="Friends", url="https://cloud.example.org/marge/contacts/", username="marge",
        password_sealed="x", state=PREVIEW, import_id=IDS[0], created_at="2026-05-01T10:00:00.000000Z",
        updated_at="2026-05-01T10:00:00.000000Z",
    )  # fmt: skip
    worst = Subscription(
        id=IDS[1], user_id=None, name=LONG[:200], url="https://cloud.example.org/" + "x" * 1900, username=LONG[:400],
        password_sealed="x", direction=TWO_WAY, policy="ask", state=HELD, error_code="busy", error=LONG,
        held=HeldRun(MANY, 4000, 200, 30, [LONG, "Ned Flanders"]), last_success_at="2026-05-01T10:00:00.000000Z",
        created_at="2026-05-01T10:00:00.000000Z", updated_at="2026-05-01T10:00:00.000000Z",
    )  # fmt: skip
    card = RemoteCard(
        "/book/" + "x" * 500 + ".vcf", '"1"', None, "", state=CARD_HELD, reason_code=CONFLICT, reason="FN, NOTE"
    )
    rejected = RemoteCard("/book/y.vcf", '"1"', None, "", state=REJECTED, reason=LONG)
    with database.write() as tx:
        for each in (preview, worst):
            insert_subscription(tx, 1, each)
        save_remote_cards(tx, 1, IDS[1], [card, rejected])
    database.close()


def test_every_state_of_a_subscription_is_accessible_and_fits(app: Watched) -> None:
    fill(app.instance.folder)
    for path in ("", f"/{IDS[0]}", f"/{IDS[1]}"):
        app.visit_everywhere(f"/1/settings/subscriptions{path}")
