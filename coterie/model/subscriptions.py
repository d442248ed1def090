"""Subscriptions: address books on other servers that contacts are kept in sync with (docs/decisions/0053)."""

import re
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.errors import invalid

SYNC_JOB = "sync_subscription"
VIA = "subscription"
MIRROR, TWO_WAY = "mirror", "two_way"
DIRECTIONS = (MIRROR, TWO_WAY)
# which side counts where both changed the same single value
REMOTE, OURS, ASK = "remote", "ours", "ask"
POLICIES = (REMOTE, OURS, ASK)
# states of a subscription: not read yet; its import waits to be applied; in sync; a run waits for a decision; paused
NEW, PREVIEW, ACTIVE, HELD, PAUSED = "new", "preview", "active", "held", "paused"
# states of a remote card: its import row is not applied yet; in sync with a contact; a server or Coterie rejects it; it
# waits for a decision; detached; deleted on the server, so its contact too; its contact was erased; no contact
WAITING, BOUND, REJECTED, CARD_HELD, DETACHED, REMOVED, ERASED, IGNORED = (
    "waiting", "bound", "rejected", "held", "detached", "removed", "erased", "ignored",
)  # fmt: skip
# reasons of a held card: both sides changed it, or it was deleted on the server and changed locally
CONFLICT, DELETED_THERE = "conflict", "deleted_there"
# reason of a card without a contact: it is a group, whose tag its members have
GROUP = "group"
# reason of a rejected card: another card of the book has its UID
UID_TWICE = "uid_twice"
# the server has the card and did not serve it; it is asked again in each run
NOT_READ = "not_read"
# reasons of a held run: it would delete or change many contacts; the book is empty; its listing is not complete
MANY, EMPTY, INCOMPLETE = "many", "empty", "incomplete"
# decisions about a held run: do it; leave these cards as they are on both sides and stop keeping them in sync
APPLY, DETACH = "apply", "detach"
SUBSCRIPTIONS_MAX = 50
NAME_LENGTH_MAX = 200
CREDENTIAL_LENGTH_MAX = 500
HREF_LENGTH_MAX = 2000
RUN_EVERY_SECONDS = 3600.0
# our own changes are written after a pause, so that a person who edits several fields causes one run
QUIET_SECONDS = 30.0
# more deletions, or a larger share of changes, are not carried out before a person agrees
DELETIONS_MIN, DELETED_SHARE_MAX = 10, 0.2
CHANGES_MIN, CHANGED_SHARE_MAX = 20, 0.5
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_PORTS = {"https": 443, "http": 80}
# characters that servers leave as they are in a path
_PATH_SAFE = "/-._~!$&'()*+,;=:@"


class HeldRun(Struct, omit_defaults=True):
    """The changes a run would make, and the code of the reason it stopped. names: of some of the contacts."""

    code: str
    removed: int = 0
    changed: int = 0
    deleted: int = 0
    names: list[str] = field(default_factory=list)


class Approval(Struct, frozen=True):
    """The decision about a held run; it covers a run that does no more than this."""

    decision: str
    removed: int
    changed: int
    deleted: int


class Subscription(Struct, frozen=True):
    """A remote book. url: as entered; after discovery, that of the book. folder_id: the folder of its contacts;
    None: any. import_id: of its first run. seen_change: local changes up to this change number are on the server."""

    id: str
    user_id: str | None
    name: str
    url: str
    username: str
    password_sealed: str
    direction: str = MIRROR
    policy: str = REMOTE
    folder_id: int | None = None
    state: str = NEW
    import_id: str | None = None
    sync_token: str | None = None
    ctag: str | None = None
    seen_change: int = 0
    held: HeldRun | None = None
    approved: Approval | None = None
    error_code: str | None = None
    error: str | None = None
    failure_count: int = 0
    next_run_at: str | None = None
    last_run_at: str | None = None
    last_success_at: str | None = None
    created_at: str = ""
    updated_at: str = ""


class RemoteCard(Struct, frozen=True):
    """A card of a remote book; the columns are described in the migration that creates its table."""

    href: str
    etag: str | None
    uid: str | None
    remote_body: str
    own_body: str | None = None
    contact_id: int | None = None
    contact_revision: int = 0
    state: str = BOUND
    decision: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    row_number: int | None = None

    @property
    def own_text(self) -> str:
        """Our side of the base."""
        return self.remote_body if self.own_body is None else self.own_body


def in_step(card: RemoteCard, *, remote: str, own: str, revision: int) -> RemoteCard:
    """A card whose two sides have the same meaning: its remote text, its local text, the contact's revision."""
    return replace(
        card, remote_body=remote, own_body=None if own == remote else own, contact_revision=revision, state=BOUND,
        decision=None, reason_code=None, reason=None,
    )  # fmt: skip


def checked(subscription: Subscription) -> Subscription:
    """The subscription with its texts trimmed. Raises Invalid if a field is not valid."""
    name, username = subscription.name.strip(), subscription.username.strip()
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise invalid("name", f"must have 1 to {NAME_LENGTH_MAX} printable characters")
    if len(username) > CREDENTIAL_LENGTH_MAX or not username.isprintable() or ":" in username:
        raise invalid("username", f"must have up to {CREDENTIAL_LENGTH_MAX} printable characters without a colon")
    if subscription.direction not in DIRECTIONS:
        raise invalid("direction", f"must be one of {', '.join(DIRECTIONS)}", kind="choice")
    if subscription.policy not in POLICIES:
        raise invalid("policy", f"must be one of {', '.join(POLICIES)}", kind="choice")
    return replace(subscription, name=name, username=username)


def describe_held(held: HeldRun) -> str:
    """Why a run waits for a decision, as a sentence."""
    what = [
        f"{count:,} {text}"
        for count, text in (
            (held.removed, "contacts were deleted there"), (held.deleted, "were deleted here"),
            (held.changed, "changed there"),
        )
        if count
    ]  # fmt: skip
    amount = ", ".join(what)
    if held.code == EMPTY:
        return f"The book is empty now: {amount}. Nothing was changed."
    if held.code == INCOMPLETE:
        return f"The server's list of cards is not complete ({amount or 'no other changes'}). Nothing was changed."
    return f"So much changed that somebody must agree: {amount}. Nothing was changed."


def is_risky(held: HeldRun, bound: int) -> bool:
    """Whether a run would delete or change so much that a person must agree. bound: how many cards are in sync."""
    most_deleted = max(DELETIONS_MIN, bound * DELETED_SHARE_MAX)
    most_changed = max(CHANGES_MIN, bound * CHANGED_SHARE_MAX)
    return held.removed > most_deleted or held.deleted > most_deleted or held.changed > most_changed


def covers(approval: Approval | None, held: HeldRun) -> bool:
    """Whether a decision covers the changes a run would make."""
    return approval is not None and (
        held.removed <= approval.removed and held.changed <= approval.changed and held.deleted <= approval.deleted
    )


def _own_port(url: SplitResult) -> int | None:
    """The port of a URL; None if it is that of its scheme."""
    return None if url.port == _PORTS.get(url.scheme) else url.port


def path_of(href: str, base: str) -> str | None:
    """The path of an href of a response in one spelling; None if it is on another host or not a path within it.

    base: the URL of the request. A server behind a proxy may name the other one of http and https.
    """
    if not href or len(href) > HREF_LENGTH_MAX:
        return None
    try:
        url, of = urlsplit(urljoin(base, href)), urlsplit(base)
        if url.hostname != of.hostname or _own_port(url) != _own_port(of) or url.scheme not in _PORTS:
            return None
    except ValueError:
        return None
    plain = unquote_to_bytes(url.path)
    if any(piece in (b".", b"..") for piece in plain.split(b"/")) or any(byte < 32 for byte in plain):
        return None
    return quote(plain, safe=_PATH_SAFE)


def name_of_card(uid: str, fallback: str) -> str:
    """The file name of a card that is created on a server: of its UID, or of fallback if that is not a plain name."""
    return f"{uid if _SAFE_NAME.fullmatch(uid) else fallback}.vcf"
