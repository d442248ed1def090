"""Connects Instagram accounts to organizations, receives deliveries from Meta, schedules profile requests."""

from collections.abc import Sequence
from typing import Any

import msgspec

from coterie.actions.callers import caller_for
from coterie.actions.events import record
from coterie.errors import Conflict, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.instagram import (
    ACCESS_TOKEN_LENGTH_MAX,
    OPT_OUT_LENGTH_MAX,
    OPT_OUT_WORDS_MAX,
    PROFILE_SECONDS,
    Account,
    Profile,
    fold_opt_out_words,
    parse_account_id,
    parse_graph_url,
)
from coterie.model.instagram_deliveries import Entries, encode_entries, split_by_account
from coterie.model.organizations import Caller
from coterie.store import instagram_accounts as store
from coterie.store import jobs
from coterie.store.database import Tx
from coterie.store.instagram_deliveries import insert_delivery
from coterie.store.instagram_people import list_people_to_ask

VIA = "instagram"
DELIVERY_JOB = "instagram_delivery"
PROFILE_JOB = "instagram_profile"
MENTION_JOB = "instagram_mention"
# Deliveries are processed before waiting profile requests: they are enqueued as if they had waited this long
HEAD_START_SECONDS = 3600.0
# Profile requests per account in one round of the schedule; Meta allows at least 200 calls an hour
PROFILES_PER_ROUND = 150
ROUND_SECONDS = 3600.0
# New people are requested at once, up to a burst; beyond that one after the other, at the pace of a round
BURST = 30
PACE_SECONDS = ROUND_SECONDS / PROFILES_PER_ROUND


def check_access_token(text: str) -> str:
    """The token without surrounding white space. Raises Invalid if it is empty, too long or unfit for a header."""
    plain = text.strip()
    if not plain or len(plain) > ACCESS_TOKEN_LENGTH_MAX or not plain.isascii() or not plain.isprintable():
        raise invalid("access-token", "is not an access token")
    if " " in plain:
        raise invalid("access-token", "is not an access token")
    return plain


def connect_account(tx: Tx, caller: Caller, *, account_id: str, sealed: str, graph_url: str) -> Account:
    """Connects an Instagram account to the caller's organization, or replaces its access token (given sealed).

    Raises Invalid if the id or the address is malformed, Conflict if the account belongs to another organization.
    """
    account_id = parse_account_id(account_id)
    organizations = store.find_accounts(tx, [account_id])
    if organizations.get(account_id, caller.organization_id) != caller.organization_id:
        raise Conflict("This Instagram account belongs to another organization")
    account = Account(caller.organization_id, account_id, sealed, parse_graph_url(graph_url), None, None)
    store.save_account(tx, caller.organization_id, account, times.now())
    record(tx, caller, "organization.instagram_connected", account.account_id)
    return account


def describe_account(tx: Tx, caller: Caller, account: Account, profile: Profile) -> None:
    """Stores the account's own profile: its username and picture also become the organization's."""
    now = times.now()
    store.save_account(tx, caller.organization_id, msgspec.structs.replace(account, username=profile.username), now)
    picture_url = profile.picture_url if profile.picture_url and len(profile.picture_url) <= 2000 else None
    store.fill_organization(tx, caller.organization_id, username=profile.username, picture_url=picture_url, now=now)


def set_opt_out_words(tx: Tx, caller: Caller, words: Sequence[str] | None) -> None:
    """Sets the words contacts opt out with; None restores the built-in ones.

    Raises Invalid if there are more than 50, or if one has no letter or digit or is too long.
    """
    if words is not None:
        if len(words) > OPT_OUT_WORDS_MAX:
            raise invalid("words", f"are more than the limit of {OPT_OUT_WORDS_MAX}")
        if any(len(word) > OPT_OUT_LENGTH_MAX or not fold_opt_out_words([word]) for word in words):
            raise invalid("words", f"must each have 1 to {OPT_OUT_LENGTH_MAX} characters and a letter or digit")
    store.save_opt_out_words(tx, caller.organization_id, None if words is None else list(words))
    record(tx, caller, "organization.opt_out_words_changed", caller.organization_id)


def receive_delivery(tx: Tx, entries: Entries, body: str) -> list[str]:
    """Stores a delivery and enqueues a job per account.

    Returns the ids of accounts that are not connected; their entries are dropped.
    """
    by_account = split_by_account(entries)
    organizations = store.find_accounts(tx, by_account)
    now = times.now()
    for account_id, organization_id in organizations.items():
        delivery_id = new_id()
        insert_delivery(
            tx,
            organization_id,
            delivery_id,
            account_id=account_id,
            body=body if len(by_account) == 1 else encode_entries(by_account[account_id]),
            received_at=now,
        )
        jobs.enqueue(
            tx,
            organization_id,
            DELIVERY_JOB,
            {"delivery_id": delivery_id},
            run_at=times.after(now, -HEAD_START_SECONDS),
        )
    return sorted(by_account.keys() - organizations.keys())


def enqueue_profiles(tx: Tx, caller: Caller, account_id: str, person_ids: Sequence[str]) -> None:
    """Enqueues a request for each person's profile, unless one is waiting already: the first 30 at once, the others
    paced over the hour, because Meta limits the calls of an account."""
    keys = {_profile_key(person_id): person_id for person_id in person_ids}
    for key in jobs.find_open_keys(tx, caller.organization_id, keys):
        del keys[key]
    if not keys:
        return
    now = times.now()
    until = store.plan_profiles(
        tx, caller.organization_id, account_id, how_many=len(keys), not_before=times.after(now, -BURST * PACE_SECONDS),
        pace_seconds=PACE_SECONDS,
    )  # fmt: skip
    first = times.after(until, -(len(keys) - 1) * PACE_SECONDS)
    _enqueue_profiles(tx, caller, account_id, [
        (person_id, max(now, times.after(first, position * PACE_SECONDS)))
        for position, person_id in enumerate(keys.values())
    ])  # fmt: skip


def _profile_key(person_id: str) -> str:
    return f"{PROFILE_JOB}:{person_id}"


def _enqueue_profiles(tx: Tx, caller: Caller, account_id: str, people: Sequence[tuple[str, str]]) -> None:
    """people: (person id, when to request the profile)."""
    entries: list[tuple[dict[str, Any], str | None, str]] = [
        ({"account_id": account_id, "person_id": person_id}, _profile_key(person_id), run_at)
        for person_id, run_at in people
    ]
    jobs.enqueue_many(tx, caller.organization_id, PROFILE_JOB, entries)


def enqueue_snapshots(tx: Tx) -> int:
    """Enqueues requests for profiles that are a day old, oldest first, spread over an hour. An account has up to
    PROFILES_PER_ROUND, of which those that wait already are subtracted.

    Skips paused accounts. Returns how many it enqueued.
    """
    now = times.now()
    before = times.after(now, -PROFILE_SECONDS)
    enqueued = 0
    for account in store.list_accounts(tx):
        if account.paused_until is None or account.paused_until <= now:
            waiting = jobs.count_open_jobs(tx, account.organization_id, PROFILE_JOB)
            limit = max(PROFILES_PER_ROUND - waiting, 0)
            people = list_people_to_ask(tx, account.organization_id, account.account_id, before=before, limit=limit)
            caller = caller_for(tx, account.organization_id, via=VIA)
            planned = [
                (person.person_id, times.after(now, max(position - BURST + 1, 0) * PACE_SECONDS))
                for position, person in enumerate(people)
            ]
            _enqueue_profiles(tx, caller, account.account_id, planned)
            enqueued += len(people)
    return enqueued
