"""Instagram's own export ("Export your information", JSON), as ZIP or unpacked: followers, following, messages.

An extra top folder may precede the paths, so they are matched by their ending. Texts are UTF-8 written as one escape
per byte and are repaired. Threads name people by display name; their username is the part of the thread's path before
the last _<digits>.

There is one draft per person, from the lists and threads together. A thread of more than 1,000 messages continues in
further drafts of the same username, so that memory stays flat. A person who is not among the followers gets no
is_follower, because an export may cover only part of the time. The thread of a group is an error.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from coterie.errors import invalid
from coterie.imports.formats.archives import Archive, BrokenFile, open_archive
from coterie.imports.formats.instagram_export import (
    Export,
    ExportedPerson,
    broken_file,
    is_username,
    moment_of,
    read_json,
    thread_key,
)
from coterie.imports.formats.instagram_json import parse_people
from coterie.imports.formats.instagram_threads import (
    assign_threads,
    find_owner,
    find_threads,
    name_of_other,
    other_names,
    read_heads,
    read_interactions,
)
from coterie.model.handles import INSTAGRAM
from coterie.model.imports import ContactDraft, DateDraft, HandleDraft, RowError

FOLLOWING_MAX = 100_000
MESSAGES_OF_DRAFT_MAX = 1000
THREAD_SOURCE = "instagram_thread"
FOLLOWER_LABEL = "follower on Instagram"
FOLLOWING_LABEL = "followed on Instagram"
UNFOLLOWED_LABEL = "unfollowed on Instagram"

_LISTS = r"(?:^|/)followers_and_following/"
_FOLLOWERS = re.compile(_LISTS + r"followers(?:_(\d{1,9}))?\.json$")
_FOLLOWING = re.compile(_LISTS + r"following(?:_(\d{1,9}))?\.json$")
_UNFOLLOWED = re.compile(_LISTS + r"recently_unfollowed_(?:profiles|accounts)(?:_(\d{1,9}))?\.json$")
Drafts = Iterator[ContactDraft | RowError]


def read(path: Path) -> Drafts:
    """A draft for each person: first those who only follow, then the others. An error for each group thread, and for
    each file that is broken or larger than 32 MB.

    Raises as open_archive does, and Invalid if the export contains none of these files.
    """
    with open_archive(path) as archive:
        threads = find_threads(archive)
        lists = [name for name in archive.names if _number(name, _FOLLOWERS, _FOLLOWING, _UNFOLLOWED) is not None]
        if not threads and not lists:
            is_html = any(name.endswith(("message_1.html", "followers_1.html")) for name in archive.names)
            reason = "contains no followers, people followed or messages"
            raise invalid("file", "is an export as HTML; request it from Instagram as JSON" if is_html else reason)
        export = Export(archive)
        # errors are yielded as they are found: there may be millions
        yield from read_heads(export, threads)
        yield from _read_following(export)
        export.owner = find_owner(thread.head for thread in threads)
        without_username = []
        for item in assign_threads(export, threads):
            if isinstance(item, RowError):
                yield item
            else:
                without_username.append(item)
        yield from _followers(export)
        for username, person in export.people.items():
            yield from _person(export, username, person)
        for thread in without_username:
            yield from _person(export, None, ExportedPerson({}, [thread]))


def _number(name: str, *patterns: re.Pattern[str]) -> int | None:
    for pattern in patterns:
        if match := pattern.search(name):
            return int(match[1] or 0)
    return None


def _files_of(archive: Archive, pattern: re.Pattern[str]) -> list[str]:
    """The files of a list in order."""
    files = [(number, name) for name in archive.names if (number := _number(name, pattern)) is not None]
    return [name for _, name in sorted(files)]


def _read_following(export: Export) -> Iterator[RowError]:
    """Adds the people whom the owner follows (Instagram allows 7,500) or no longer follows."""
    for pattern, label in ((_FOLLOWING, FOLLOWING_LABEL), (_UNFOLLOWED, UNFOLLOWED_LABEL)):
        for name in _files_of(export.archive, pattern):
            try:
                people = parse_people(read_json(export, name))
            except (BrokenFile, ValueError) as error:
                yield broken_file(name, error)
                continue
            for username, at in people:
                if not is_username(username):
                    yield _no_username(name, username)
                elif len(export.people) < FOLLOWING_MAX or username in export.people:
                    _add_day(export.people.setdefault(username, ExportedPerson()), label, at)
                else:
                    yield RowError(f"more than {FOLLOWING_MAX:,} people are followed", username)


def _followers(export: Export) -> Drafts:
    """Yields those who only follow as drafts, with one file in memory at a time; marks the others as followers."""
    for name in _files_of(export.archive, _FOLLOWERS):
        try:
            people = parse_people(read_json(export, name))
        except (BrokenFile, ValueError) as error:
            yield broken_file(name, error)
            continue
        for username, at in people:
            if not is_username(username):
                yield _no_username(name, username)
                continue
            also_known = export.people.get(username)
            person = also_known or ExportedPerson()
            _add_day(person, FOLLOWER_LABEL, at)
            if also_known is None:
                yield _draft(username, person)


def _add_day(person: ExportedPerson, label: str, at: Any) -> None:
    moment = moment_of(at)
    person.dates[label] = moment[:10] if moment else ""


def _no_username(name: str, text: str) -> RowError:
    return RowError(f"is not a username, in {name[-200:]}", text[:2000] or None)


def _draft(username: str | None, person: ExportedPerson, name: str | None = None) -> ContactDraft:
    draft = ContactDraft(display_name=name)
    if username:
        draft.handles = [HandleDraft(INSTAGRAM, username, is_primary=True)]
    else:
        # the account is deleted; the number of its thread is all that identifies it
        draft.external_ids = [(THREAD_SOURCE, thread_key(thread)) for thread in person.threads]
    draft.is_follower = True if FOLLOWER_LABEL in person.dates else None
    draft.dates = [DateDraft(label, day) for label, day in sorted(person.dates.items()) if day]
    return draft


def _person(export: Export, username: str | None, person: ExportedPerson) -> Drafts:
    """The draft of a person with the first 1,000 messages, and a draft for each further 1,000."""
    names = [name for thread in person.threads if (name := name_of_other(export, thread.head))]
    errors: list[RowError] = []
    interactions = chain.from_iterable(read_interactions(export, thread, errors) for thread in person.threads)
    draft = _draft(username, person, names[0] if names else None)
    others = other_names(export, [thread.head for thread in person.threads], draft.display_name)
    draft.note = f"Also called {', '.join(others)} on Instagram" if others else None
    draft.interactions = list(islice(interactions, MESSAGES_OF_DRAFT_MAX))
    yield draft
    while batch := list(islice(interactions, MESSAGES_OF_DRAFT_MAX)):
        draft = _draft(username, person, draft.display_name)
        draft.interactions = batch
        yield draft
    yield from errors
