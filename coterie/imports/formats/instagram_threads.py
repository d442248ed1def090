"""The conversations of Instagram's export: whose they are, and their messages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from coterie.errors import TooLarge
from coterie.imports.formats.archives import Archive, BrokenFile
from coterie.imports.formats.instagram_export import (
    Export,
    ExportedPerson,
    Thread,
    broken_file,
    moment_of,
    read_json,
    thread_key,
    username_of,
)
from coterie.imports.formats.instagram_json import Message, ThreadHead, parse_head, parse_messages
from coterie.model.imports import InteractionDraft, RowError
from coterie.model.interactions import INCOMING, MESSAGE, OUTGOING

THREADS_MAX = 100_000
# inbox, message_requests, archived_threads, filtered_threads, e2ee_cutover
_MESSAGES = re.compile(r"(?:^|/)messages/[^/]+/([^/]+)/message_(\d{1,9})\.json$")


def find_threads(archive: Archive) -> list[Thread]:
    """The conversations of an export. Raises TooLarge over 100,000."""
    threads: dict[str, Thread] = {}
    for name in archive.names:
        if match := _MESSAGES.search(name):
            thread = threads.setdefault(name[: name.rindex("/")], Thread([], match[1]))
            thread.files.append((int(match[2]), name))
    if len(threads) > THREADS_MAX:
        raise TooLarge(f"the export contains more than {THREADS_MAX:,} conversations")
    for thread in threads.values():
        thread.files.sort()
    return list(threads.values())


def read_heads(export: Export, threads: list[Thread]) -> Iterator[RowError]:
    """Sets the participants of each thread, from its first file that can be read."""
    for thread in threads:
        reason = ""
        for _, name in thread.files:
            try:
                thread.head = parse_head(read_json(export, name))
                break
            except (BrokenFile, ValueError) as error:
                reason = reason or f"{name.rpartition('/')[2]}: {error}"
        else:
            yield RowError(f"no file of this conversation can be read: {reason}"[:2000], thread.folder[:2000])
            thread.files = []


def find_owner(heads: Iterable[ThreadHead]) -> str | None:
    """The owner of the export: the participant common to all threads, since no file names them. None if two are."""
    counts: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    for head in heads:
        counts.update(set(head.participants))
        titles[head.title or ""] += 1
    most = max(counts.values(), default=0)
    # a thread between two people has the other's name as its title
    candidates = sorted((titles[name], name) for name, count in counts.items() if count == most)
    if not candidates or (len(candidates) > 1 and candidates[0][0] == candidates[1][0]):
        return None
    return candidates[0][1]


def assign_threads(export: Export, threads: list[Thread]) -> Iterator[Thread | RowError]:
    """Adds threads to their people. Yields those of deleted accounts, which have no username, and errors."""
    for thread in threads:
        if not thread.files:
            continue
        if len(thread.head.participants) > 2:
            reason = f"is a group of {len(thread.head.participants)} people, not a conversation with one person"
            yield RowError(reason, (thread.head.title or thread.folder)[:2000])
            continue
        if len(set(thread.head.participants)) < len(thread.head.participants):
            yield RowError("both people have the same name, so messages have no sender", thread.head.title)
            thread.files = []
        username = username_of(thread.head.thread_path or thread.folder) or username_of(thread.folder)
        if username is None:
            yield thread
        else:
            export.people.setdefault(username, ExportedPerson()).threads.append(thread)


def name_of_other(export: Export, head: ThreadHead) -> str | None:
    """The display name of the person the thread is with."""
    others = [name for name in head.participants if name != export.owner]
    if export.owner is None and head.title in others:
        return head.title
    return others[0] if len(others) == 1 else head.title


def other_names(export: Export, heads: Sequence[ThreadHead], name: str | None) -> list[str]:
    """Further names of the person these threads are with, as they are called in other threads or in a title."""
    names = [each for head in heads for each in (name_of_other(export, head), head.title)]
    return [each for each in dict.fromkeys(names) if each and each not in (name, export.owner)]


def read_interactions(export: Export, thread: Thread, errors: list[RowError]) -> Iterator[InteractionDraft]:
    """The messages of a thread, file by file. Files and messages that cannot be read are added to errors."""
    other = name_of_other(export, thread.head)
    for _, name in thread.files:
        try:
            messages = parse_messages(read_json(export, name))
        except (BrokenFile, ValueError) as error:
            errors.append(broken_file(name, error))
            continue
        undated = 0
        for message in messages:
            at = moment_of(message.at)
            undated += at is None
            if at is not None:
                sender_is_owner = message.sender == export.owner if export.owner else message.sender != other
                yield _interaction(thread, message, at, OUTGOING if sender_is_owner else INCOMING)
        if undated:
            errors.append(RowError(f"{undated} messages without a time were skipped in {name[-200:]}"))


def _interaction(thread: Thread, message: Message, at: str, direction: str) -> InteractionDraft:
    """Messages have no id in the export: their conversation, time, sender and text identify them."""
    key = "\n".join((thread_key(thread), at, message.sender, message.text or ""))
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    text = "\n".join(filter(None, (message.text, message.more))) or None
    return InteractionDraft(MESSAGE, direction, at, text, f"export:{digest}")
