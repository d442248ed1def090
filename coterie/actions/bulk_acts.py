"""One act for many contacts: tag, put into a folder, set a property, delete.

A few are changed at once. For more, the request stores what to do and the worker does it, contact by contact in the
order of their ids, so that a filter that the act itself changes is still read to its end.
"""

import time
from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from coterie.actions.contacts import delete_contact
from coterie.actions.events import record
from coterie.actions.filters import read_filter
from coterie.actions.folders import set_folders
from coterie.actions.jobs import enqueue
from coterie.actions.properties import set_values
from coterie.actions.terms import put_on_contact, take_off_contact
from coterie.errors import CoterieError, TooLarge, TooSlow, Unavailable
from coterie.model.filters.json_form import to_json
from coterie.model.filters.parse import parse_filter
from coterie.model.ids import new_id
from coterie.model.jobs import Job
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store.contacts import list_contacts_after
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.filters.contacts import list_matching_after
from coterie.store.filters.prepare import resolve
from coterie.store.folders import list_folders_of
from coterie.store.revisions import lock_contacts
from coterie.store.terms import list_terms_of

JOB = "bulk_act"
IDS_MAX = 10_000
BATCH = 50
# a batch also ends after this time, and once another writer waits for it
BATCH_SECONDS = 0.02


class Act(Struct, frozen=True):
    """target: the id of a tag or a folder, the slug of a property. value: of the property."""

    kind: Literal["tag", "untag", "folder", "unfolder", "property", "delete"]
    target: str = ""
    value: Any = None


class Selection(Struct, frozen=True):
    """The contacts of ids; without ids those that match a filter (None: all), except some. filter: in either spelling.

    total: their number as it was shown.
    """

    ids: Sequence[int] = ()
    filter: str | None = None
    except_ids: Sequence[int] = ()
    total: int = 0


class ActProgress(Struct):
    """done: contacts processed; changed, failed: how they ended; the others were so already. after: the last id.

    is_finished: whether no contact follows.
    """

    total: int = 0
    done: int = 0
    changed: int = 0
    failed: int = 0
    after: int = 0
    is_finished: bool = False


class _Arguments(Struct):
    act: Act
    selection: Selection
    user_id: str | None
    via: str
    event_id: int


def start_bulk_act(tx: Tx, caller: Caller, act: Act, selection: Selection) -> str:
    """Enqueues the act; returns the id of its job.

    Raises TooLarge beyond 10,000 ids or exceptions; Invalid if the filter is invalid.
    """
    if len(selection.ids) > IDS_MAX or len(selection.except_ids) > IDS_MAX:
        raise TooLarge(f"At most {IDS_MAX:,} people can be named at once")
    if selection.filter is not None:
        # ids in place of names: a tag that is renamed before the job runs is still found
        resolved = resolve(tx, caller.organization_id, parse_filter(selection.filter), selection.filter)
        selection = msgspec.structs.replace(selection, filter=to_json(resolved))
    selection = msgspec.structs.replace(selection, ids=sorted(set(selection.ids)))
    job_id = new_id()
    record(tx, caller, "bulk_update.started", job_id)
    event_id = find_last_event(tx, caller.organization_id)
    arguments = _Arguments(act, selection, caller.user_id, caller.via, event_id)
    enqueue(tx, caller, JOB, msgspec.to_builtins(arguments), attempts_max=5, job_id=job_id)
    return job_id


def arguments_of(job: Job) -> _Arguments:
    """Decodes the arguments that start_bulk_act stored with the job."""
    return msgspec.json.decode(job.arguments, type=_Arguments)


def progress_of(job: Job) -> ActProgress:
    """The progress of a job, also before it started."""
    if job.progress:
        return msgspec.json.decode(job.progress, type=ActProgress)
    return ActProgress(total=arguments_of(job).selection.total)


def apply_batch(tx: Tx, caller: Caller, arguments: _Arguments, before: ActProgress) -> ActProgress:
    """Acts on the next contacts; returns the progress then. A contact that cannot be changed is counted and left."""
    ends = time.monotonic() + BATCH_SECONDS
    progress = msgspec.structs.replace(before)
    batch = _next_ids(tx, caller, arguments.selection, before)
    progress.is_finished = not batch
    excluded = set(arguments.selection.except_ids)
    for contact_id in batch:
        progress.after = contact_id
        if contact_id in excluded:
            continue
        progress.done += 1
        try:
            with tx.savepoint():
                progress.changed += act_on(tx, caller, arguments.act, [contact_id])
        except (Unavailable, TooSlow):  # the whole batch is tried again
            raise
        except CoterieError:
            progress.failed += 1
        if time.monotonic() > ends or tx.is_waited_for():
            break
    return progress


def _next_ids(tx: Tx, caller: Caller, selection: Selection, progress: ActProgress) -> list[int]:
    organization_id, after = caller.organization_id, progress.after
    if selection.ids:
        return [each for each in selection.ids if each > after][:BATCH]
    where = read_filter(tx, caller, selection.filter)
    if where is None:
        return [contact.id for contact in list_contacts_after(tx, organization_id, after, limit=BATCH)]
    return [contact.id for contact in list_matching_after(tx, organization_id, where, after, limit=BATCH)]


def act_on(tx: Tx, caller: Caller, act: Act, contact_ids: Collection[int]) -> int:
    """Does an act to contacts; returns how many were not so already. Raises NotFound for what does not exist."""
    lock_contacts(tx, caller.organization_id, contact_ids)
    changed = 0
    for contact_id in _to_change(tx, caller, act, contact_ids):
        _do(tx, caller, act, contact_id)
        changed += 1
    return changed


def _to_change(tx: Tx, caller: Caller, act: Act, contact_ids: Collection[int]) -> list[int]:
    """Those of the contacts that an act changes."""
    organization_id = caller.organization_id
    if act.kind in ("tag", "untag"):
        terms = list_terms_of(tx, organization_id, TAGS, contact_ids)
        has = {id_ for id_, each in terms.items() if any(term.id == act.target for term in each)}
    elif act.kind in ("folder", "unfolder"):
        folders = list_folders_of(tx, organization_id, contact_ids)
        has = {id_ for id_, each in folders.items() if any(str(folder[0]) == act.target for folder in each)}
    else:
        return list(contact_ids)
    return [each for each in contact_ids if (each in has) == act.kind.startswith("un")]


def _do(tx: Tx, caller: Caller, act: Act, contact_id: int) -> None:
    match act.kind:
        case "tag":
            put_on_contact(tx, caller, TAGS, contact_id, act.target)
        case "untag":
            take_off_contact(tx, caller, TAGS, contact_id, act.target)
        case "folder" | "unfolder":
            present = {
                each[0] for each in list_folders_of(tx, caller.organization_id, [contact_id]).get(contact_id, ())
            }
            set_folders(tx, caller, contact_id, present ^ {int(act.target)})
        case "property":
            set_values(tx, caller, contact_id, {act.target: act.value})
        case "delete":
            delete_contact(tx, caller, contact_id)
