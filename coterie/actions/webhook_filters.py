"""Filters of endpoints: read, shown, and compared with the contacts of events.

They are read without a user: conditions on personal notes, on reminders and on relationships to a user match nothing.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from coterie.errors import Invalid
from coterie.model.filters.json_form import from_stored, to_json
from coterie.model.filters.limits import check_size
from coterie.model.filters.names import with_names
from coterie.model.filters.parse import parse_filter
from coterie.model.filters.problems import bare_reason
from coterie.model.filters.spans import Clock
from coterie.model.filters.write_line import to_line
from coterie.model.organizations import Caller, Organization
from coterie.model.time_zones import zone_of
from coterie.store.database import Tx
from coterie.store.filters.builder import FilterReader
from coterie.store.filters.contacts import keep_matching
from coterie.store.filters.names import load_names
from coterie.store.filters.prepare import expand, prepare, resolve

_NOBODY = ""


def read_webhook_filter(tx: Tx, caller: Caller, text: str | None) -> str | None:
    """A filter in either spelling as it is stored; None for none.

    Raises Invalid if it is invalid, or refers to something that does not exist.
    """
    if text is None or not text.strip():
        return None
    filter_ = resolve(tx, caller.organization_id, parse_filter(text), text)
    expand(tx, caller.organization_id, filter_)
    return to_json(check_size(filter_))


def describe_webhook_filter(tx: Tx, caller: Caller, stored: str | None) -> str | None:
    """The filter in one line, with names; None for none."""
    if stored is None:
        return None
    filter_ = from_stored(stored)
    return to_line(with_names(filter_, load_names(tx, caller.organization_id, filter_)))


def list_matching_ids(tx: Tx, organization: Organization, stored: str, contact_ids: Collection[int]) -> set[int]:
    """Those of the contacts, deleted ones included, that match now. Raises Invalid if the filter is broken."""
    clock = Clock(datetime.now(UTC), zone_of(organization.time_zone))
    where = prepare(tx, organization.id, from_stored(stored), FilterReader(_NOBODY, clock, organization.country))
    return keep_matching(tx, organization.id, where, contact_ids, include_deleted=True)


def problem_of(error: Invalid) -> str:
    """Why a filter does not run, in one sentence."""
    return bare_reason(error.problems[0])
