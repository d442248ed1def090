"""Settings: what phones and programs deleted. Many deletions can be restored at once; most of the book need consent."""

from typing import Any

from coterie.actions.deletions import RESTORE_JOB, allow_deletions, restore_or_start
from coterie.model.plurals import count
from coterie.store.database import Tx
from coterie.store.deletions import list_bundles
from coterie.store.devices import list_devices
from coterie.store.jobs import find_open_keys
from coterie.web.page import Go, Page, Result, Visit

SHOWN_MAX = 20
LISTED_MAX = 10_000
_PATH = "/{o:int}/settings/devices/deletions/{bundle}"


def deletion_values(tx: Tx, visit: Visit) -> dict[str, Any]:
    """The newest bundles of deletions, for the page of the devices."""
    organization_id = visit.acting.organization_id
    bundles = list_bundles(tx, organization_id, limit=SHOWN_MAX)
    names, keys = dict[str, str](), set[str]()
    if bundles:
        names = {device.id: device.name for device in list_devices(tx, organization_id, limit=LISTED_MAX)}
        keys = find_open_keys(tx, organization_id, [f"{RESTORE_JOB}:{bundle.id}" for bundle in bundles])
    return {
        "bundles": bundles, "device_names": names,
        "restoring": {bundle.id for bundle in bundles if f"{RESTORE_JOB}:{bundle.id}" in keys},
    }  # fmt: skip


def restore(tx: Tx, visit: Visit) -> Result:
    """Restores the contacts that a device deleted; the worker does if they are many."""
    restoring = restore_or_start(tx, visit.acting, visit.path["bundle"])
    people = count(restoring.count, "person", "people")
    return _done(visit, f"{people} restored" if restoring.is_finished else f"{people} are being restored")


def allow(tx: Tx, visit: Visit) -> Result:
    """Allows a device to continue deleting for a day."""
    allow_deletions(tx, visit.acting, visit.path["bundle"])
    return _done(visit, "The device may continue to delete for a day")


def _done(visit: Visit, message: str) -> Go:
    return Go(url=f"{visit.root}/settings/devices", message=message)


PAGES = (
    Page("POST", _PATH + "/restore", restore, "write"),
    Page("POST", _PATH + "/allow", allow, "write"),
)
