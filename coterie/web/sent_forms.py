"""Forms that create something: one that is sent again has no second effect.

A form is sent again by a double click without script, by Back and Save, by a reload, or by the page itself after the
connection was lost. Guarantees. The key of the form is stored in the unit of work of the change, so it exists if and
only if the change does. The same form with other values is another form: nothing that was typed is swallowed.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from coterie.model import times
from coterie.store import idempotency_keys as store
from coterie.store.database import Tx
from coterie.web.form_tokens import FIELD
from coterie.web.page import Go, Handler, Result, Show, Visit

KEY = "form_key"
KEY_LENGTH_MAX = 200
_DONE = 303


def run_once(tx: Tx, visit: Visit, handler: Handler) -> Result:
    """Runs the handler of a form, or leads where the first one led. A form without a key always runs."""
    if not visit.text(KEY, KEY_LENGTH_MAX):
        return handler(tx, visit)
    organization_id, owner, key = visit.acting.organization_id, visit.signed_in.user_id, _hash(visit)
    if not store.insert_key(tx, organization_id, owner, key, request_hash=key, now=times.now()):
        stored = store.find_response(tx, organization_id, owner, key)
        return _again(visit, stored.headers if stored else None, stored.body if stored else None)
    result = handler(tx, visit)
    if isinstance(result, Show) and result.status >= 400:
        # nothing was created, and the same values may be valid later
        store.delete_key(tx, organization_id, owner, key)
        return result
    # a page that was shown once, such as one with a secret, is not shown again
    place = visit.here.removesuffix("/new")
    url, words = (result.url, [result.message, result.undo]) if isinstance(result, Go) else (place, [])
    store.save_response(
        tx, organization_id, owner, key, status=_DONE, headers=url, body=msgspec.json.encode(words).decode()
    )
    return result


def _hash(visit: Visit) -> str:
    """The SHA-256 of the whole content of the form; prepare has read its files."""
    fields = {name: value for name, value in visit.form.items() if name != FIELD}
    whole = (visit.here, fields, visit.prepared)
    return sha256(msgspec.json.encode(whole, enc_hook=_text, order="deterministic")).hexdigest()


def _text(value: object) -> str:
    """A value of prepare as text. The path of an upload is another one each time; its digest says what it holds."""
    return "" if isinstance(value, Path) else str(value)


def _again(visit: Visit, url: str | None, body: str | None) -> Result:
    """The response to the first form; a fragment lets its page load again. body: None once it was scrubbed."""
    if visit.is_fragment:
        return Show(template="sent_again.html", headers={"HX-Refresh": "true"})
    words: list[Any] = msgspec.json.decode(body or "[]")
    message, undo = words or ("This was saved before", "")
    return Go(url=url or f"{visit.root}/people", message=message, undo=undo)
