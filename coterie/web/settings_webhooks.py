"""Settings: webhooks. Only owners see them: an endpoint receives everything of the organization."""

import msgspec

from coterie.actions import webhooks as actions
from coterie.actions.members import require_owner
from coterie.actions.webhook_filters import describe_webhook_filter, read_webhook_filter
from coterie.errors import Invalid
from coterie.model.filters.tree import LENGTH_MAX
from coterie.model.webhooks import EVERY, FULL, PAYLOADS, Webhook, new_secret, parse_headers
from coterie.store import webhook_deliveries, webhooks
from coterie.store.database import Tx
from coterie.store.secrets import seal
from coterie.web.page import Go, Page, Result, Show, Visit

DELIVERIES_SHOWN = 50
OLD_SECRET_HOURS = 24
_PATH = "/{o:int}/settings/webhooks"
_FIELDS = ("url", "description", "kinds", "payload", "include_bulk", "filter", "is_ordered", "headers")
PAYLOAD_LABELS = {"full": "With the values that changed", "thin": "Ids only"}


def show(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    found = webhooks.list_webhooks(tx, visit.acting.organization_id)
    return Show(template="settings/webhooks.html", values={"title": "Webhooks", "webhooks": found})


def show_new(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    return _form(visit, {"kinds": EVERY, "payload": FULL}, {})


def create(tx: Tx, visit: Visit) -> Result:
    """Shows the secret in the response, and nowhere else."""
    require_owner(tx, visit.acting)
    secret, folder = new_secret(), visit.settings.data_folder
    lines = [line.partition(":") for line in visit.text("headers", 20_000).splitlines() if line.strip()]
    headers = parse_headers({name.strip(): value.strip() for name, _, value in lines})
    webhook = Webhook(
        id="",
        secret_sealed=seal(folder, secret),
        headers_sealed=seal(folder, msgspec.json.encode(headers).decode()) if headers else None,
        filter=read_webhook_filter(tx, visit.acting, visit.text("filter", LENGTH_MAX)),
        **_fields(visit),  # type: ignore[arg-type]
    )
    allowed = visit.settings.outgoing_allowed
    created = actions.create_webhook(tx, visit.acting, webhook, allowed=allowed, own=visit.origin)
    return _one(tx, visit, created.id, secret=secret)


def _fields(visit: Visit) -> dict[str, object]:
    return {
        "url": visit.text("url", 2000).strip(), "description": visit.text("description", 1000) or None,
        "kinds": tuple(visit.text("kinds", 5000).replace(",", " ").split()) or (EVERY,),
        "payload": visit.text("payload", 20), "include_bulk": visit.text("include_bulk", 10) == "yes",
        "is_ordered": visit.text("is_ordered", 10) == "yes",
    }  # fmt: skip


def create_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    require_owner(tx, visit.acting)
    fields = {name: str(visit.form.get(name) or "") for name in _FIELDS}
    return _form(visit, fields, {problem.path[0]: problem.reason for problem in error.problems})


def _form(visit: Visit, fields: dict[str, str], problems: dict[str, str]) -> Show:
    return Show(
        template="settings/webhook_new.html",
        values={
            "title": "New webhook", "problems": problems,
            "fields": dict.fromkeys(_FIELDS, "") | fields,
            "payloads": [(each, PAYLOAD_LABELS[each]) for each in PAYLOADS],
        },
        status=422 if problems else 200,
    )  # fmt: skip


def show_one(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    return _one(tx, visit, visit.path["webhook"])


def _one(tx: Tx, visit: Visit, webhook_id: str, *, secret: str = "", problem: str = "") -> Show:
    organization_id = visit.acting.organization_id
    webhook = actions.find_webhook(tx, visit.acting, webhook_id)
    deliveries = webhook_deliveries.list_deliveries(tx, organization_id, webhook_id, limit=DELIVERIES_SHOWN)
    attempts = webhook_deliveries.list_attempts(tx, organization_id, webhook_id, [each.id for each in deliveries])
    return Show(
        template="settings/webhook.html",
        values={
            "title": webhook.description or "Webhook", "webhook": webhook, "deliveries": deliveries,
            "attempts": attempts, "secret": secret, "problem_text": problem,
            "payload": PAYLOAD_LABELS[webhook.payload],
            "filter": describe_webhook_filter(tx, visit.acting, webhook.filter), "hours": OLD_SECRET_HOURS,
        },
        status=422 if problem else 200,
    )  # fmt: skip


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    require_owner(tx, visit.acting)
    return _one(tx, visit, visit.path["webhook"], problem=error.problems[0].reason)


def test(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    actions.send_test(tx, visit.acting, visit.path["webhook"])
    return _back(visit, "A test is on its way; reload to see the result")


def switch(tx: Tx, visit: Visit) -> Result:
    """Enables or disables the endpoint. What happened while it was disabled is sent, unless from_now is chosen."""
    require_owner(tx, visit.acting)
    is_active = visit.text("is_active", 10) == "yes"
    from_now = visit.text("from_now", 10) == "yes"
    actions.update_webhook(tx, visit.acting, visit.path["webhook"], {"is_active": is_active}, from_now=from_now)
    return _back(visit, "The webhook is enabled" if is_active else "The webhook is disabled: nothing is sent")


def rotate(tx: Tx, visit: Visit) -> Result:
    """Shows the new secret in the response. The old one signs too for a day."""
    require_owner(tx, visit.acting)
    secret = new_secret()
    sealed = seal(visit.settings.data_folder, secret)
    webhook_id = visit.path["webhook"]
    actions.rotate_secret(tx, visit.acting, webhook_id, sealed=sealed, old_valid_hours=OLD_SECRET_HOURS)
    return _one(tx, visit, webhook_id, secret=secret)


def replay(tx: Tx, visit: Visit) -> Result:
    """Sends one delivery again, or all that failed."""
    require_owner(tx, visit.acting)
    delivery = visit.text("delivery", 100)
    conditions = {"id": delivery} if delivery else {"status": "failed"}
    count = actions.replay_deliveries(tx, visit.acting, visit.path["webhook"], conditions)
    return _back(visit, f"{count:,} {'delivery is' if count == 1 else 'deliveries are'} sent again")


def delete(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    actions.delete_webhook(tx, visit.acting, visit.path["webhook"])
    return Go(url=f"{visit.root}/settings/webhooks", message="The webhook was deleted")


def _back(visit: Visit, message: str) -> Go:
    return Go(url=f"{visit.root}/settings/webhooks/{visit.path['webhook']}", message=message)


PAGES = (
    Page("GET", _PATH, show),
    Page("GET", _PATH + "/new", show_new),
    Page("POST", _PATH + "/new", create, "write", again=create_again, once=True),
    Page("GET", _PATH + "/{webhook}", show_one),
    Page("POST", _PATH + "/{webhook}/test", test, "write", again=again),
    Page("POST", _PATH + "/{webhook}/switch", switch, "write", again=again),
    Page("POST", _PATH + "/{webhook}/secret", rotate, "write", again=again),
    Page("POST", _PATH + "/{webhook}/replay", replay, "write", again=again),
    Page("POST", _PATH + "/{webhook}/delete", delete, "write"),
)
