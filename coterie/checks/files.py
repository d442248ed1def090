"""Each file that a row refers to is on disk, with the size stored; a deep check reads it."""

from coterie.checks.check import Check, CheckScope, Violation, ViolationPage
from coterie.store.contact_checks import list_ids_after
from coterie.store.database import Tx
from coterie.store.file_checks import describe_damage, list_attachments_of_contacts, list_import_files

PAGE = 1_000


def _find_attachments(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    ids = list_ids_after(tx, scope.organization_id, after, limit=PAGE)
    violations = [
        Violation(f"attachment {attachment_id} of contact {contact_id}", f"file {digest[:12]}… {damage}")
        for contact_id, attachment_id, digest, byte_count in list_attachments_of_contacts(
            tx, scope.organization_id, ids
        )
        if (damage := describe_damage(scope.folder, digest, byte_count, is_deep=scope.is_deep))
    ]
    return violations, ids[-1] if len(ids) == PAGE else None


def _find_imports(tx: Tx, scope: CheckScope, after: int) -> ViolationPage:
    return [
        Violation(f"import {import_id}", f"file {digest[:12]}… {damage}")
        for import_id, digest in list_import_files(tx, scope.organization_id)
        if (damage := describe_damage(scope.folder, digest, None, is_deep=scope.is_deep))
    ], None


# a file of another user is not lost
_READABLE = "make files that cannot be read readable for the user of the instance"
CHECKS = (
    Check(
        name="attachments",
        find=_find_attachments,
        hint=f"{_READABLE}; restore others from a backup, or erase the attachment",
    ),
    Check(
        name="import-files", find=_find_imports, hint=f"{_READABLE}; or delete the import with `coterie delete-import`"
    ),
)
