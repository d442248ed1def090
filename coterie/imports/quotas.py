"""Rows of an import for which the organization's quotas have no room: they are rejected with the reason."""

from collections.abc import Sequence

from coterie.actions.quotas import room_for_contacts, room_for_files
from coterie.imports.decisions import RowPlan
from coterie.imports.people import Subject
from coterie.model.import_reasons import CONTACTS_FULL, FILES_FULL, reason_of
from coterie.model.imports import CREATE, REJECT, UPDATE, ContactDraft
from coterie.model.organizations import Caller
from coterie.store.database import Tx


def has_room(tx: Tx, caller: Caller, how_many: int) -> bool:
    """Whether so many new contacts can be written without a look at each; never with a quota of files."""
    if caller.file_bytes_max is not None:
        return False
    room = room_for_contacts(tx, caller)
    return room is None or how_many <= room


def limit_plans(tx: Tx, caller: Caller, subjects: Sequence[Subject], plans: Sequence[RowPlan]) -> list[RowPlan]:
    """The plans, in order, of which those that exceed a quota are rejected. Deleted contacts do not count."""
    contacts, files = room_for_contacts(tx, caller), room_for_files(tx, caller)
    limited = []
    for subject, plan in zip(subjects, plans, strict=False):
        is_new = plan.outcome == CREATE and not _is_deleted(subject.draft())
        byte_count = _file_bytes(subject.draft(), plan) if files is not None else 0
        if is_new and contacts is not None and contacts < 1:
            plan = RowPlan(REJECT, reason_of(CONTACTS_FULL, limit=caller.contacts_max))
        elif files is not None and byte_count > max(files, 0):
            plan = RowPlan(REJECT, reason_of(FILES_FULL, limit=caller.file_bytes_max))
        else:
            contacts = contacts - is_new if contacts is not None else None
            files = files - byte_count if files is not None else None
        limited.append(plan)
    return limited


def _is_deleted(draft: ContactDraft) -> bool:
    return draft.portable is not None and draft.portable.contact.deleted_at is not None


def _file_bytes(draft: ContactDraft, plan: RowPlan) -> int:
    if plan.outcome == CREATE:
        return sum(picture.byte_count for picture in draft.pictures)
    if plan.outcome == UPDATE and plan.merge is not None:
        return sum(picture.byte_count for picture in plan.merge.pictures)
    return 0
