"""The handler of each job, by its name. A handler loads, calls one function and ends; it must be idempotent."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from coterie.actions import (
    accounts,
    bulk_acts,
    bulk_updates,
    consequences,
    invitations,
    password_resets,
    touch_plans,
    undo_jobs,
)
from coterie.actions.attachments import REMOVE_JOB
from coterie.actions.callers import caller_of
from coterie.actions.deletions import RESTORE_JOB
from coterie.actions.duplicates import SCAN_JOB
from coterie.actions.exports import EXPORT_JOB
from coterie.actions.import_retention import SCRUB_JOB
from coterie.actions.instagram import DELIVERY_JOB, MENTION_JOB, PROFILE_JOB
from coterie.actions.search_index import INDEX_JOB, INDEX_MESSAGES_JOB, index_next_contacts, index_next_messages
from coterie.actions.suggested_merges import MERGE_JOB
from coterie.actions.webhook_deliveries import DISABLED_JOB
from coterie.model.deletions import MAIL_JOB as DELETIONS_JOB
from coterie.model.jobs import TEST_MAIL_JOB, Job
from coterie.model.organizations import Caller
from coterie.model.reminders import SEND_JOB
from coterie.model.subscriptions import SYNC_JOB
from coterie.settings import Settings
from coterie.store.batches import Batches
from coterie.store.database import Database
from coterie.store.interactions import Key
from coterie.worker import account_mail, digests, duplicates, instagram_profiles, merges, reminders
from coterie.worker.batches import last_progress, run_job
from coterie.worker.bulk_acts import bulk_act
from coterie.worker.deletion_mail import mail_deletions
from coterie.worker.deletions import restore_deletions
from coterie.worker.exports import export_everything
from coterie.worker.files import remove_files
from coterie.worker.import_retention import scrub_erased_contacts
from coterie.worker.imports import STEPS, run_import
from coterie.worker.instagram import instagram_delivery
from coterie.worker.subscriptions import sync_subscription
from coterie.worker.undo import undo_many
from coterie.worker.webhook_mail import mail_owners

# returns True if it has finished the job, in the transaction of its last batch
Handler = Callable[[Database, Settings, Job, threading.Event], bool | None]


def bulk_update(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Runs the updates of one bulk request in batches."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_of(tx, job.organization_id, arguments)
    caller = msgspec.structs.replace(caller, cause_id=arguments.get("event_id"))
    progress = msgspec.structs.replace(bulk_updates.progress_of(job), total=len(arguments["updates"]))
    batches = _update(caller, arguments["updates"], progress)
    run_job(database, job, stopping, batches, msgspec.structs.asdict)


def _update(
    caller: Caller, updates: list[dict[str, Any]], progress: bulk_updates.UpdateProgress
) -> Batches[bulk_updates.UpdateProgress, None]:
    while progress.done < progress.total:
        progress = yield partial(bulk_updates.apply_batch, caller=caller, updates=updates, before=progress)


def record_consequence(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Records the contacts that changed with a tag, folder, expertise, property or contact, in batches."""
    arguments = msgspec.json.decode(job.arguments)
    with database.read() as tx:
        caller = caller_of(tx, job.organization_id, arguments)
    done = last_progress(job, "done")
    run_job(database, job, stopping, _record(caller, arguments, done), lambda done: {"done": done})


def _record(caller: Caller, arguments: Mapping[str, Any], done: int) -> Batches[int, None]:
    while done < len(arguments["contact_ids"]):
        done = yield partial(consequences.record_batch, caller=caller, arguments=arguments, done=done)


def index_contacts(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Rebuilds the search index of an organization, in batches of contacts."""
    after = last_progress(job, "after")
    batches = _index(job.organization_id, after)
    run_job(database, job, stopping, batches, lambda after: {"after": after})


def _index(organization_id: int, after: int | None) -> Batches[int | None, None]:
    while after is not None:
        after = yield partial(index_next_contacts, organization_id=organization_id, after=after)


def index_messages(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Indexes the messages of an organization for search, in batches."""
    after = msgspec.json.decode(job.progress, type=dict[str, Key])["after"] if job.progress else None
    batches = _index_messages(job.organization_id, after)
    run_job(database, job, stopping, batches, lambda after: {"after": after})


def _index_messages(organization_id: int, after: Key | None) -> Batches[Key | None, None]:
    while True:
        after = yield partial(index_next_messages, organization_id=organization_id, after=after)
        if after is None:
            return


def refresh_touch_plans(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
    """Computes when the contacts of a rule for staying in touch are due, in batches."""
    contact_ids = msgspec.json.decode(job.arguments)["contact_ids"]
    done = last_progress(job, "done")
    run_job(database, job, stopping, _refresh(job.organization_id, contact_ids, done), lambda done: {"done": done})


def _refresh(organization_id: int, contact_ids: list[int], done: int) -> Batches[int, None]:
    while done < len(contact_ids):
        done = yield partial(
            touch_plans.refresh_batch, organization_id=organization_id, contact_ids=contact_ids, done=done
        )


HANDLERS: dict[str, Handler] = {
    INDEX_JOB: index_contacts,
    INDEX_MESSAGES_JOB: index_messages,
    consequences.JOB: record_consequence,
    bulk_updates.JOB: bulk_update,
    bulk_acts.JOB: bulk_act,
    undo_jobs.JOB: undo_many,
    SEND_JOB: reminders.send,
    digests.SEND_JOB: digests.send,
    REMOVE_JOB: remove_files,
    DELIVERY_JOB: instagram_delivery,
    PROFILE_JOB: instagram_profiles.profile,
    MENTION_JOB: instagram_profiles.mention,
    touch_plans.JOB: refresh_touch_plans,
    SCAN_JOB: duplicates.scan_duplicates,
    MERGE_JOB: merges.merge_suggested,
    DISABLED_JOB: mail_owners,
    DELETIONS_JOB: mail_deletions,
    RESTORE_JOB: restore_deletions,
    invitations.MAIL_JOB: account_mail.mail_invitation,
    password_resets.MAIL_JOB: account_mail.mail_password_reset,
    accounts.MAIL_JOB: account_mail.mail_account_change,
    TEST_MAIL_JOB: account_mail.mail_test,
    EXPORT_JOB: export_everything,
    SYNC_JOB: sync_subscription,
    SCRUB_JOB: scrub_erased_contacts,
    **dict.fromkeys(STEPS, run_import),
}
