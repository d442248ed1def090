"""Every function that takes text from outside, found by its annotations, and texts that make patterns slow."""

import asyncio
import importlib
import inspect
import io
import json
import pkgutil
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

import coterie.drafts
import coterie.graph
import coterie.http
import coterie.imports.formats
import coterie.model
import coterie.portable
import coterie.search
import coterie.vcard
from coterie.drafts.normalize import normalize_draft
from coterie.http.fields import reader
from coterie.http.forms import nest, parse_form
from coterie.http.limits import FormLimits
from coterie.http.multipart import read_multipart
from coterie.imports.formats.readers import READERS
from coterie.model.handles import CHANNELS, PHONE, WEBSITE
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft
from coterie.model.properties import TYPES, PropertyDefinition, parse_value
from coterie.vcard.cards import read_cards
from coterie.vcard.read import read_card
from coterie.vcard.write import write_card

PACKAGES = (
    coterie.drafts, coterie.graph, coterie.http, coterie.imports.formats, coterie.model, coterie.portable,
    coterie.search, coterie.vcard,
)  # fmt: skip

# what is repeated. Each also appears after a letter and before one, where a pattern has to give up at the end.
CLASSES = {
    "combining marks": "\u0301\u0316",
    "marks by compatibility": "\uff9e\u0301",
    "Tibetan vowels": "\u0f73\u0f71",
    "letters and marks": "e\u0301",
    "Hangul": "\ud55c",
    "dots": ".",
    "brackets": "[](",
    "quotes": "\"'",
    "backslashes": "\\",
    "surrogates": "\ud800",
    "RTL marks": "\u200f\u202e",
    "spaces": " ",
    "tabs": "\t",
    "lines": " \n",
    "digits": "1",
    "digits and spaces": "1 ",
    "phone": "(+1) ",
    "words": "ab ",
    "encoded words": "=?",
    "at signs": "@",
    "addresses": "a@b.",
    "links": "http://",
    "separators": ";,",
    "colons": ":",
    "slashes": "/",
    "hyphens": "--",
    "percent": "%41",
    "carets": "^'",
    "NUL": "\0",
    "underscores": "_1",
}

Call = Callable[[str], Any]

# a plausible value for the other parameters of a function, by name
_VALUES: dict[str, Any] = {
    "country": "DE", "separator": ",", "charset": "utf-8", "version": "3.0", "media_type": "image/png", "count": 5,
    "channel": "phone", "received_at": "2026-01-01T00:00:00.000000Z", "seconds": 1.0, "graph_url": "http://127.0.0.1:1",
    "is_former": False,
}  # fmt: skip
# of a card: one for each way in which a value is read
_PROPERTIES = (
    "FN", "N", "ORG", "BDAY", "GENDER", "ADR", "NOTE", "CATEGORIES", "PHOTO", "TEL", "EMAIL", "URL", "IMPP",
    "X-SOCIALPROFILE", "X-COTERIE-OUTSIDE-ID", "X-OTHER", "item1.X-ABLabel", "NOTE;ENCODING=QUOTED-PRINTABLE",
)  # fmt: skip
# functions of a client of other machines
_LEFT_OUT = ("open_graph", "fetch_picture")


def calls() -> dict[str, Call]:
    """name -> a call that feeds a text to one parameter of one function."""
    found = dict(_discovered())
    for channel in CHANNELS:
        found[f"handles.normalize({channel})"] = _bound(
            importlib.import_module("coterie.model.handles").normalize, channel
        )
    for kind in TYPES:
        definition = PropertyDefinition("a", "A", kind, ("a",), None, False, "", "")
        found[f"properties.parse_value({kind})"] = lambda text, d=definition: parse_value(d, text, "a")
    found |= {f"card {name}": _card(name) for name in _PROPERTIES}
    found |= {"card head": lambda text: _read_cards(f"TEL{text}:1"), "card lines": _read_cards, "no card": _read_bytes}
    found |= {
        "write_card 4.0": lambda t: write_card(_draft(t), "4.0"),
    }
    found |= {"normalize_draft": lambda text: normalize_draft(_draft(text), "DE")}
    found |= {
        "form": lambda text: parse_form(text.encode("utf-8", "replace")),
        "form key": lambda text: nest([(text, "1")], FormLimits(key_length=1_000_000, depth=100)),
        "multipart name": lambda text: _multipart(f'form-data; name="{text}"'),
        "multipart filename": lambda text: _multipart(f'form-data; name="a"; filename="{text}"'),
        "multipart text": lambda text: _multipart('form-data; name="a"', text),
        "body of JSON": lambda text: reader(_Body)({"text": text, "number": text, "items": [text]}),
    }
    return found


def file_calls(folder: Path) -> dict[str, Call]:
    """The same for readers of files: a text in every cell, line or member."""
    csv_heads = {
        "google": "First Name,Phone 1 - Value,Birthday,Address 1 - Street,Labels",
        "outlook": "First Name,E-mail Address,Birthday,Home Street,Categories",
        "linkedin": "First Name,Last Name,URL,Connected On",
        "csv": "Name,Phone,Birthday,Tags,Anything",
    }
    found: dict[str, Call] = {}
    for file_format, head in csv_heads.items():
        found[f"{file_format} cells"] = _table(folder, file_format, head)
        found[f"{file_format} header"] = _file(
            folder, file_format, lambda text, h=head: f"{h},{text}\nAnn,1\n".encode(errors="replace")
        )
    found["csv text"] = _file(folder, "csv", lambda text: b"Name,Phone\n" + text.encode(errors="replace"))
    found["vcard text"] = _file(folder, "vcard", lambda text: text.encode(errors="replace"))
    message = {"sender_name": "x", "timestamp_ms": 1, "content": ""}
    found["instagram text"] = _file(
        folder,
        "instagram",
        lambda text: _zip(
            {
                "messages/inbox/ann_1/message_1.json": {
                    "participants": [{"name": text}],
                    "title": text,
                    "thread_path": f"inbox/{text}_1",
                    "messages": [{**message, "content": text}],
                },
                "followers_and_following/followers_1.json": [{"string_list_data": [{"href": text, "value": text}]}],
            }
        ),
    )
    found["instagram members"] = _file(
        folder, "instagram", lambda text: _zip({f"messages/inbox/{text[:60_000]}/message_1.json": {}})
    )
    return found


class _Body(msgspec.Struct):
    text: str = ""
    number: int = 0
    items: list[str] = []


def _discovered() -> Iterator[tuple[str, Call]]:
    for package in PACKAGES:
        for module in pkgutil.iter_modules(package.__path__):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            for name, function in vars(loaded).items():
                is_ours = inspect.isfunction(inspect.unwrap(function)) if callable(function) else False
                if name.startswith("_") or name in _LEFT_OUT or not is_ours or function.__module__ != loaded.__name__:
                    continue
                yield from _of_function(f"{module.name}.{name}", function)


def _of_function(name: str, function: Callable[..., Any]) -> Iterator[tuple[str, Call]]:
    hints = get_type_hints(inspect.unwrap(function))
    parameters = inspect.signature(function).parameters.items()
    needed = [key for key, parameter in parameters if parameter.default is parameter.empty]
    takes = {key: make for key in needed if (make := _maker(hints[key])) is not None}
    for tested in takes:
        if tested in ("field", "channel", "country", "separator", "type", "noun"):
            continue
        others = {
            key: _VALUES[key] if key in _VALUES else takes[key]("value")
            for key in needed
            if key != tested and (key in _VALUES or key in takes)
        }
        if len(others) == len(needed) - 1:
            yield f"{name}({tested})", lambda text, t=tested, o=others: function(**o, **{t: takes[t](text)})


def _maker(hint: Any) -> Callable[[str], Any] | None:
    """How a text becomes a value of this type, or None where no text fits."""
    options = get_args(hint) if type(None) in get_args(hint) or get_origin(hint) in (None,) else ()
    if hint is str or str in options or hint is Any:
        return str
    if hint is bytes or bytes in get_args(hint):
        return lambda text: text.encode("utf-8", "replace")
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is not None and arguments[:1] == (str,):
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return lambda text: {"country": text, "address_line_1": text}
        if origin in (tuple, frozenset):
            return lambda text: origin([text])
        return lambda text: [text, text]
    return None


def _bound(normalize: Callable[..., Any], channel: str) -> Call:
    return lambda text: normalize(channel, text, "DE", "value")


def _card(name: str) -> Call:
    return lambda text: _read_cards(f"{name}:{text}")


def _read_cards(line: str) -> None:
    # folded: a line may have 64 KiB
    folded = "\n ".join(line[begin : begin + 15_000] for begin in range(0, len(line), 15_000))
    _read_bytes(f"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\n{folded}\nEND:VCARD\n")


def _read_bytes(text: str) -> None:
    for card in read_cards(io.BytesIO(text.encode("utf-8", "replace"))):
        if hasattr(card, "properties"):
            read_card(card)


def _draft(text: str) -> ContactDraft:
    names = ("first_name", "birthday", "note")
    return ContactDraft(
        **dict.fromkeys(names, text),
        handles=[HandleDraft(channel, text, text) for channel in (PHONE, WEBSITE)],
        addresses=[AddressDraft(text)],
        tags=[text],
        external_ids=[(text, text)],
    )


def _multipart(disposition: str, text: str = "x") -> None:
    body = f"--b\r\nContent-Disposition: {disposition}\r\n\r\n{text}\r\n--b--\r\n".encode("utf-8", "replace")

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    limits = FormLimits(header_bytes=1_000_000, key_length=1_000_000)
    _, uploads = asyncio.run(read_multipart(chunks(), b"multipart/form-data; boundary=b", None, limits))
    for upload in uploads.values():
        Path(upload.path).unlink()


def _table(folder: Path, file_format: str, head: str) -> Call:
    def content(text: str) -> bytes:
        cell = '"' + text.replace('"', '""') + '"'
        width = head.count(",") + 1
        return f"{head}\n{','.join(['Ann', *[cell] * (width - 1)])}\n".encode("utf-8", "replace")

    return _file(folder, file_format, content)


def _file(folder: Path, file_format: str, content: Callable[[str], bytes]) -> Call:
    def call(text: str) -> None:
        path = folder / "file"
        path.write_bytes(content(text))
        for _ in READERS[file_format](path, {}):
            pass

    return call


def _zip(members: Mapping[str, Any]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, value in members.items():
            archive.writestr(name.encode("utf-8", "replace").decode(), json.dumps(value))
    return target.getvalue()
