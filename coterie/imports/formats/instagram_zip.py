"""Instagram's own export ("Export your information", JSON), as ZIP or unpacked: followers, following, messages.

The shapes are those of the dossier on the contract's product, 6.7: paths are matched by their ending, since an extra
top folder may stand before them; every text is UTF-8 written as one escape per byte and is repaired; threads name
people by display name, and their handle is the part of the thread's path before the last _<digits>.

One draft a person, from the lists and the thread together. A thread of more than 1,000 messages goes on in further
drafts of the same handle, so that memory stays flat. Who is not among the followers gets no is_follower: an export may
cover a part of the time. A group's thread is a row error: it is no conversation with one person.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from coterie.errors import TooLarge, invalid
from coterie.imports.formats.archives import Archive, BrokenFile, open_archive, read_file
from coterie.imports.formats.instagram_json import Message, ThreadHead, parse_head, parse_messages, parse_people, repair
from coterie.model import times
from coterie.model.handles import INSTAGRAM
from coterie.model.imports import ContactDraft, DateDraft, HandleDraft, InteractionDraft, RowError
from coterie.model.interactions import INCOMING, MESSAGE, OUTGOING

# A file of ten thousand messages, as Instagram writes them, is 2 to 10 MB
FILE_BYTES_MAX = 32 * 1024**2
THREADS_MAX = 100_000
KNOWN_PEOPLE_MAX = 100_000
MESSAGES_A_DRAFT = 1000
THREAD_SOURCE = "instagram_thread"
FOLLOWER_LABEL = "follower on Instagram"
FOLLOWING_LABEL = "followed on Instagram"
UNFOLLOWED_LABEL = "unfollowed on Instagram"

_LISTS = r"(?:^|/)followers_and_following/"
_FOLLOWERS = re.compile(_LISTS + r"followers(?:_(\d{1,9}))?\.json$")
_FOLLOWING = re.compile(_LISTS + r"following(?:_(\d{1,9}))?\.json$")
_UNFOLLOWED = re.compile(_LISTS + r"recently_unfollowed_(?:profiles|accounts)(?:_(\d{1,9}))?\.json$")
_MESSAGES = re.compile(r"(?:^|/)messages/inbox/([^/]+)/message_(\d{1,9})\.json$")
_THREAD = re.compile(r"(?:.*/)?(?P<handle>[^/]+?)_(?P<number>\d+)$", re.DOTALL)
_USERNAME = re.compile(r"[a-z0-9._]{1,30}")
# what stands where the name of a deleted account stood
_NOBODY = ("instagramuser", "instagram_user")
Rows = Iterator[ContactDraft | RowError]


class Thread(Struct):
    """The files of one conversation, its parts in their order, and what the first says about it."""

    files: list[tuple[int, str]]
    folder: str
    head: ThreadHead = field(default_factory=ThreadHead)


class Person(Struct):
    """What the lists and threads say of one handle."""

    dates: dict[str, str] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)


class Export(Struct):
    """people: everybody but those who only follow, who may be millions."""

    archive: Archive
    people: dict[str, Person]
    owner: str | None = None


def read(path: Path) -> Rows:
    """A draft for each person of an export: those who only follow, then the others. An error for each group, and for
    each file that is broken or larger than 32 MB.

    Refused at the first next(): what open_archive refuses, and an export without one of those files.
    """
    with open_archive(path) as archive:
        threads = _threads(archive)
        lists = [name for name in archive.names if _number(name, _FOLLOWERS, _FOLLOWING, _UNFOLLOWED) is not None]
        if not threads and not lists:
            pages = any(name.endswith(("message_1.html", "followers_1.html")) for name in archive.names)
            raise invalid("file", "is an export as HTML: ask Instagram for JSON" if pages else "holds no followers,"
                          " people followed or messages")  # fmt: skip
        export = Export(archive, {})
        errors = [*_read_heads(export, threads), *_read_known(export)]
        export.owner = find_owner(thread.head for thread in threads)
        without_handle = [*_assign(export, threads, errors)]
        yield from errors
        yield from _followers(export)
        for handle, person in export.people.items():
            yield from _person(export, handle, person)
        for thread in without_handle:
            yield from _person(export, None, Person({}, [thread]))


def _number(name: str, *patterns: re.Pattern[str]) -> int | None:
    for pattern in patterns:
        if match := pattern.search(name):
            return int(match[1] or 0)
    return None


def _of(archive: Archive, pattern: re.Pattern[str]) -> list[str]:
    """The files of a list, its parts in their order."""
    found = [(number, name) for name in archive.names if (number := _number(name, pattern)) is not None]
    return [name for _, name in sorted(found)]


# Threads --------------------------------------------------------------------------------------------------------------


def _threads(archive: Archive) -> list[Thread]:
    """Refused: more than 100,000 (TooLarge)."""
    found: dict[str, Thread] = {}
    for name in archive.names:
        if match := _MESSAGES.search(name):
            thread = found.setdefault(name[: name.rindex("/")], Thread([], match[1]))
            thread.files.append((int(match[2]), name))
    if len(found) > THREADS_MAX:
        raise TooLarge(f"the export holds more than {THREADS_MAX:,} conversations")
    for thread in found.values():
        thread.files.sort()
    return list(found.values())


def _read_heads(export: Export, threads: list[Thread]) -> Iterator[RowError]:
    """Fills in who takes part; a first file that is broken is told when its messages are read."""
    for thread in threads:
        reason = ""
        for _, name in thread.files:
            try:
                thread.head = parse_head(read_file(export.archive, name, FILE_BYTES_MAX))
                break
            except (BrokenFile, ValueError) as error:
                reason = reason or f"{name.rpartition('/')[2]}: {error}"
        else:
            yield RowError(f"no file of this conversation can be read: {reason}"[:2000], thread.folder[:2000])
            thread.files = []


def find_owner(heads: Iterable[ThreadHead]) -> str | None:
    """Whose export it is: the participant common to all threads (inferred: nothing says so). None where two are."""
    counted: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    for head in heads:
        counted.update(set(head.participants))
        titles[head.title or ""] += 1
    most = max(counted.values(), default=0)
    # a thread between two has the other's name as its title
    candidates = sorted((titles[name], name) for name, count in counted.items() if count == most)
    if not candidates or (len(candidates) > 1 and candidates[0][0] == candidates[1][0]):
        return None
    return candidates[0][1]


def _assign(export: Export, threads: list[Thread], errors: list[RowError]) -> Iterator[Thread]:
    """Threads go to their handles; yields those whose account is gone, and with it the handle."""
    for thread in threads:
        if not thread.files:
            continue
        if len(thread.head.participants) > 2:
            who = f"a group of {len(thread.head.participants)} people is no conversation with one"
            errors.append(RowError(who, (thread.head.title or thread.folder)[:2000]))
            continue
        if len(set(thread.head.participants)) < len(thread.head.participants):
            errors.append(RowError("both have the same name: who wrote what cannot be told", thread.head.title))
            thread.files = []
        handle = handle_of(thread.head.thread_path or thread.folder) or handle_of(thread.folder)
        if handle is None:
            yield thread
        else:
            export.people.setdefault(handle, Person()).threads.append(thread)


def handle_of(thread_path: str) -> str | None:
    """The username in a thread's path; None where it is none, or that of a deleted account."""
    match = _THREAD.match(repair(thread_path).strip("/"))
    handle = match["handle"].lower() if match else ""
    return handle if _USERNAME.fullmatch(handle) and handle not in _NOBODY else None


# Lists ----------------------------------------------------------------------------------------------------------------


def _read_known(export: Export) -> Iterator[RowError]:
    """Whom the owner follows (Instagram allows 7,500), and no longer does."""
    for pattern, label in ((_FOLLOWING, FOLLOWING_LABEL), (_UNFOLLOWED, UNFOLLOWED_LABEL)):
        for name in _of(export.archive, pattern):
            try:
                found = parse_people(read_file(export.archive, name, FILE_BYTES_MAX))
            except (BrokenFile, ValueError) as error:
                yield _broken(name, error)
                continue
            for handle, at in found:
                if not _USERNAME.fullmatch(handle):
                    yield _nobody(name, handle)
                elif len(export.people) < KNOWN_PEOPLE_MAX or handle in export.people:
                    _note_day(export.people.setdefault(handle, Person()), label, at)
                else:
                    yield RowError(f"more than {KNOWN_PEOPLE_MAX:,} people are followed", handle)


def _followers(export: Export) -> Rows:
    """Those who only follow as drafts, one file in memory at a time; of the others it is noted."""
    for name in _of(export.archive, _FOLLOWERS):
        try:
            found = parse_people(read_file(export.archive, name, FILE_BYTES_MAX))
        except (BrokenFile, ValueError) as error:
            yield _broken(name, error)
            continue
        for handle, at in found:
            if not _USERNAME.fullmatch(handle):
                yield _nobody(name, handle)
                continue
            known = export.people.get(handle)
            person = known or Person()
            _note_day(person, FOLLOWER_LABEL, at)
            if known is None:
                yield _draft(handle, person)


def _note_day(person: Person, label: str, at: Any) -> None:
    moment = moment_of(at)
    person.dates[label] = moment[:10] if moment else ""


def _broken(name: str, error: Exception) -> RowError:
    reason = str(error) if isinstance(error, BrokenFile) else "is not JSON of the kind Instagram writes"
    return RowError(f"the file {name[-200:]} {reason}")


def _nobody(name: str, handle: str) -> RowError:
    return RowError(f"names nobody, in {name[-200:]}", handle[:2000] or None)


def moment_of(number: Any) -> str | None:
    """A moment from seconds or milliseconds since 1970, whichever it must be; None where it is neither."""
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number[:20])
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    try:
        seconds = number / 1000 if abs(number) >= 100_000_000_000 else number
        return times.moment(datetime.fromtimestamp(seconds, UTC)) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


# Drafts ---------------------------------------------------------------------------------------------------------------


def _draft(handle: str | None, person: Person, name: str | None = None) -> ContactDraft:
    draft = ContactDraft(display_name=name)
    if handle:
        draft.handles = [HandleDraft(INSTAGRAM, handle, is_primary=True)]
    else:
        # the account is gone; the number of its thread is what is left of it
        draft.external_ids = [(THREAD_SOURCE, thread_key(thread)) for thread in person.threads]
    draft.is_follower = True if FOLLOWER_LABEL in person.dates else None
    draft.dates = [DateDraft(label, day) for label, day in sorted(person.dates.items()) if day]
    return draft


def _person(export: Export, handle: str | None, person: Person) -> Rows:
    """The draft of a person with the first thousand messages, and what goes on from there."""
    names = [name for thread in person.threads if (name := _other(export, thread.head))]
    broken: list[RowError] = []
    said = chain.from_iterable(_interactions(export, thread, broken) for thread in person.threads)
    draft = _draft(handle, person, names[0] if names else None)
    draft.interactions = list(islice(said, MESSAGES_A_DRAFT))
    yield draft
    while some := list(islice(said, MESSAGES_A_DRAFT)):
        draft = _draft(handle, person, draft.display_name)
        draft.interactions = some
        yield draft
    yield from broken


def _other(export: Export, head: ThreadHead) -> str | None:
    """The display name of the one the thread is with."""
    others = [name for name in head.participants if name != export.owner]
    if export.owner is None and head.title in others:
        return head.title
    return others[0] if len(others) == 1 else head.title


def thread_key(thread: Thread) -> str:
    """What stays of a thread's name when its person takes another handle: its digits."""
    match = _THREAD.match(thread.folder)
    return match["number"] if match else thread.folder


def _interactions(export: Export, thread: Thread, broken: list[RowError]) -> Iterator[InteractionDraft]:
    other = _other(export, thread.head)
    for _, name in thread.files:
        try:
            messages = parse_messages(read_file(export.archive, name, FILE_BYTES_MAX))
        except (BrokenFile, ValueError) as error:
            broken.append(_broken(name, error))
            continue
        undated = 0
        for message in messages:
            at = moment_of(message.at)
            undated += at is None
            if at is not None:
                sender_is_owner = message.sender == export.owner if export.owner else message.sender != other
                yield _interaction(thread, message, at, OUTGOING if sender_is_owner else INCOMING)
        if undated:
            broken.append(RowError(f"{undated} messages without a time were left out of {name[-200:]}"))


def _interaction(thread: Thread, message: Message, at: str, direction: str) -> InteractionDraft:
    """Instagram gives messages no id in its export: where, when, who and what name one."""
    key = "\n".join((thread_key(thread), at, message.sender, message.text or ""))
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return InteractionDraft(MESSAGE, direction, at, message.text, f"export:{digest}")
