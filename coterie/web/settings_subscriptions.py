"""Settings: subscriptions to address books elsewhere. Only owners see them: a run changes many people at once."""

from coterie.actions import subscriptions as actions
from coterie.actions.members import require_owner
from coterie.errors import Conflict, Invalid, invalid
from coterie.model.folders import FOLDERS_MAX
from coterie.model.ids import parse_number
from coterie.model.subscriptions import (
    CARD_HELD,
    CONFLICT,
    CREDENTIAL_LENGTH_MAX,
    DELETED_THERE,
    DIRECTIONS,
    MIRROR,
    POLICIES,
    REJECTED,
    REMOTE,
    Subscription,
    describe_held,
)
from coterie.store import remote_cards
from coterie.store.database import Tx
from coterie.store.folders import list_folders
from coterie.store.secrets import seal
from coterie.store.subscriptions import list_subscriptions
from coterie.web.page import Go, Page, Result, Show, Visit

CARDS_SHOWN = 50
_PATH = "/{o:int}/settings/subscriptions"
DIRECTION_LABELS = {"mirror": "One way: changes there come here", "two_way": "Both ways: changes here also go there"}
POLICY_LABELS = {"remote": "The value there", "ours": "The value here", "ask": "Ask me"}
STATES = {
    "new": "Being read",
    "preview": "Import to review",
    "active": "In sync",
    "held": "Waiting for you",
    "paused": "Paused",
}
_FIELDS = ("name", "url", "username", "direction", "policy", "folder_id")


def show(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    found = list_subscriptions(tx, visit.acting.organization_id)
    values = {"title": "Address books elsewhere", "subscriptions": found, "states": STATES}
    return Show(template="settings/subscriptions.html", values=values)


def show_new(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    return _form(tx, visit, {"direction": MIRROR, "policy": REMOTE}, {})


def create(tx: Tx, visit: Visit) -> Result:
    """The worker looks for the book, reads it and stages its import."""
    require_owner(tx, visit.acting)
    url = visit.text("url", 2000).strip()
    new = Subscription(
        id="", user_id=None, name=visit.text("name", 1000), url=url if "://" in url else f"https://{url}",
        username=visit.text("username", 1000), password_sealed=_sealed(visit),
        direction=visit.text("direction", 20), policy=visit.text("policy", 20),
        folder_id=parse_number(visit.text("folder_id", 20)),
    )  # fmt: skip
    added = actions.add_subscription(tx, visit.acting, new)
    actions.request_run(tx, visit.acting.organization_id, added.id)
    return _back(visit, added.id, "The book is being read; reload to see what it has")


def _sealed(visit: Visit) -> str:
    password = visit.text("password", CREDENTIAL_LENGTH_MAX)
    if not password:
        raise invalid("password", "is empty")
    return seal(visit.settings.data_folder, password)


def create_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    require_owner(tx, visit.acting)
    fields = {name: str(visit.form.get(name) or "") for name in _FIELDS}
    return _form(tx, visit, fields, {problem.path[0]: problem.reason for problem in error.problems})


def _form(tx: Tx, visit: Visit, fields: dict[str, str], problems: dict[str, str]) -> Show:
    return Show(
        template="settings/subscription_new.html",
        values={
            "title": "New subscription", "problems": problems, "fields": dict.fromkeys(_FIELDS, "") | fields,
            "directions": [(each, DIRECTION_LABELS[each]) for each in DIRECTIONS],
            "policies": [(each, POLICY_LABELS[each]) for each in POLICIES],
            "folders": list_folders(tx, visit.acting.organization_id, limit=FOLDERS_MAX),
        },
        status=422 if problems else 200,
    )  # fmt: skip


def show_one(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    return _one(tx, visit)


def _one(tx: Tx, visit: Visit, problem: str = "") -> Show:
    subscription = actions.find_subscription(tx, visit.acting, visit.path["subscription"])
    of = (tx, visit.acting.organization_id, subscription.id)
    return Show(
        template="settings/subscription.html",
        values={
            "title": subscription.name, "subscription": subscription, "states": STATES, "problem_text": problem,
            "held_text": describe_held(subscription.held) if subscription.held else "",
            "counts": remote_cards.count_by_state(*of), "direction": DIRECTION_LABELS[subscription.direction],
            "policy": POLICY_LABELS[subscription.policy],
            "held": remote_cards.list_in_state(*of, [CARD_HELD], limit=CARDS_SHOWN),
            "rejected": remote_cards.list_in_state(*of, [REJECTED], limit=CARDS_SHOWN),
            "reasons": {CONFLICT: "changed on both sides", DELETED_THERE: "deleted there and changed here"},
        },
        status=422 if problem else 200,
    )  # fmt: skip


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    require_owner(tx, visit.acting)
    problem = error.problems[0]
    return _one(tx, visit, f"{problem.path[0].replace('_', ' ').capitalize()} {problem.reason}")


def run(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    subscription = actions.find_subscription(tx, visit.acting, visit.path["subscription"])
    actions.request_run(tx, visit.acting.organization_id, subscription.id)
    return _back(visit, subscription.id, "A run has been started; reload to see its result")


def decide(tx: Tx, visit: Visit) -> Result:
    """Approves the changes of a held run, or detaches the people it would change."""
    require_owner(tx, visit.acting)
    try:
        actions.decide_run(tx, visit.acting, visit.path["subscription"], visit.text("decision", 20))
    except Conflict:  # another tab, or a run since then that did not need it
        return _back(visit, visit.path["subscription"], "No decision is pending")
    return _back(visit, visit.path["subscription"], "Decided; a run carries it out")


def resolve(tx: Tx, visit: Visit) -> Result:
    """Decides whose values count in one held card, or in all."""
    require_owner(tx, visit.acting)
    href = visit.text("href", 3000)
    hrefs = [href] if href else None
    actions.decide_cards(tx, visit.acting, visit.path["subscription"], visit.text("decision", 20), hrefs)
    return _back(visit, visit.path["subscription"], "Decided; a run carries it out")


def pause(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    is_paused = visit.text("is_paused", 10) == "yes"
    try:
        actions.pause_subscription(tx, visit.acting, visit.path["subscription"], is_paused=is_paused)
    except Conflict as error:
        return _back(visit, visit.path["subscription"], error.message)
    return _back(visit, visit.path["subscription"], "Syncing is paused" if is_paused else "Syncing has resumed")


def change_password(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    fields = {"password_sealed": _sealed(visit)}
    actions.update_subscription(tx, visit.acting, visit.path["subscription"], fields)
    actions.request_run(tx, visit.acting.organization_id, visit.path["subscription"])
    return _back(visit, visit.path["subscription"], "The password is changed; a run tries it")


def delete(tx: Tx, visit: Visit) -> Result:
    require_owner(tx, visit.acting)
    actions.remove_subscription(tx, visit.acting, visit.path["subscription"])
    return Go(url=f"{visit.root}/settings/subscriptions", message="The subscription was removed; its people stay")


def _back(visit: Visit, subscription_id: str, message: str) -> Go:
    return Go(url=f"{visit.root}/settings/subscriptions/{subscription_id}", message=message)


_ONE = _PATH + "/{subscription}"
PAGES = (
    Page("GET", _PATH, show),
    Page("GET", _PATH + "/new", show_new),
    Page("POST", _PATH + "/new", create, "write", again=create_again, once=True),
    Page("GET", _ONE, show_one),
    Page("POST", _ONE + "/run", run, "write"),
    Page("POST", _ONE + "/decide", decide, "write", again=again),
    Page("POST", _ONE + "/resolve", resolve, "write", again=again),
    Page("POST", _ONE + "/pause", pause, "write"),
    Page("POST", _ONE + "/password", change_password, "write", again=again),
    Page("POST", _ONE + "/delete", delete, "write"),
)
