"""The verifiers of apple/ccs-caldavtester's scripts: what a script demands of a response.

Each takes the reply, its arguments (name -> values), the path that was requested and a reader of data files, and raises
Miss with the reason.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

Args = Mapping[str, Sequence[str]]
Read = Callable[[str], bytes]
_LINE = re.compile(r'(?:([\w-]+)\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "=": str.__eq__, "!": str.__ne__, "*": str.__contains__, "+": str.startswith,
}  # fmt: skip
canonical = partial(ET.canonicalize, strip_text=True, rewrite_prefixes=True)


class Miss(Exception):
    """The server did not do what the script demands."""


def expect(holds: object, reason: str) -> None:
    if not holds:
        raise Miss(reason)


def shown(items: Iterable[object], most: int = 6) -> str:
    texts = sorted(str(item) for item in items)
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")


@dataclass
class Reply:
    """headers: name in lower case -> value."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def must_be(self, *wanted: str) -> None:
        fits = any(re.fullmatch(status.replace("x", r"\d"), str(self.status)) for status in wanted)
        expect(fits, f"status {self.status}, wanted {' or '.join(wanted)}")

    def xml(self) -> ET.Element:
        try:
            return ET.fromstring(self.body)
        except ET.ParseError as error:
            raise Miss(f"body is not XML ({error}), status {self.status}") from None


def local_path(href: str) -> str:
    """A path decoded and without its host."""
    return unquote(urlsplit(href).path if "://" in href else href)


def status_of(element: ET.Element) -> int:
    found = re.match(r"HTTP/\d\.\d (\d{3})", element.findtext("{DAV:}status", ""))
    return int(found[1]) if found else 0


def responses(root: ET.Element) -> list[tuple[str, ET.Element]]:
    found = [(one.findtext("{DAV:}href") or "", one) for one in root.findall("{DAV:}response")]
    expect(all(href for href, _ in found), "a response without href")
    return [(local_path(href).rstrip("/"), one) for href, one in found]


def find(root: ET.Element, path: str) -> list[ET.Element]:
    """The elements a path leads to: /{ns}root/{ns}child[=text]."""
    nodes = [ET.Element("above")]
    nodes[0].append(root)
    for name, tests in re.findall(r"(\{[^}]*\}[^/\[]+)((?:\[[^\]]*\])*)", path):
        nodes = [child for node in nodes for child in node if child.tag == name]
        for test in re.findall(r"\[([^\]]*)\]", tests):
            expect(test[:1] in _TESTS, f"test [{test}] is not interpreted")
            nodes = [node for node in nodes if _TESTS[test[0]](node.text or "", test[1:])]
    return nodes


def status_code(reply: Reply, args: Args, path: str, read: Read) -> None:
    reply.must_be(*args.get("status", ["2xx"]))


def _hrefs(values: Sequence[str], prefix: str) -> set[str]:
    """[a,b] stands for several, and - in it for the prefix itself."""
    found: list[str] = []
    for value in values:
        several = value[1:-1].split(",") if value.startswith("[") else None
        found += [value] if several is None else ["" if one == "-" else one for one in several if one]
    return {local_path(prefix + href).rstrip("/") for href in found}


def multistatus_items(reply: Reply, args: Args, path: str, read: Read) -> None:
    """A response is good by its status or, without one, by having any propstat."""
    reply.must_be("207")
    good: set[str] = set()
    bad: set[str] = set()
    for href, response in responses(reply.xml()):
        has_status = response.find("{DAV:}status") is not None
        is_good = status_of(response) // 100 == 2 if has_status else response.find("{DAV:}propstat") is not None
        (good if is_good else bad).add(href)
    if "totalcount" in args:
        expect(len(good) == sum(map(int, args["totalcount"])), f"{len(good)} members, wanted {args['totalcount']}")
        return
    prefix = args["prefix"][0].removeprefix("-") if args.get("prefix") else path
    ok, no, wrong = (_hrefs(args.get(name, []), prefix) for name in ("okhrefs", "nohrefs", "badhrefs"))
    is_open = "ignoremissing" in args
    complaints = {
        "lacks": ok - good, "lacks as error": wrong - bad, "must not have": good & no,
        "has too much": set() if is_open else good - ok, "has as error": set() if is_open else bad - wrong,
    }  # fmt: skip
    reasons = [f"{word} {shown(those)}" for word, those in complaints.items() if those]
    expect(not reasons, "; ".join(reasons))


def header(reply: Reply, args: Args, path: str, read: Read) -> None:
    """Name, !Name absent, *Name may repeat; $pattern: how it begins, !pattern: how it does not."""
    for text in args.get("header", []):
        match = re.fullmatch(r"(!?)(\*?)([\w-]+)(?:([$!])(.*))?", text, re.DOTALL)
        assert match
        is_absent, _, name, sign, wanted = match.groups()
        value = reply.headers.get(name.lower())
        expect((value is not None) != bool(is_absent), f"header {name} is {'missing' if value is None else 'there'}")
        if sign:
            matches = re.match(wanted.replace(" ", ""), (value or "").replace(" ", "")) is not None
            expect(matches == (sign == "$"), f"header {name} is {value}, wanted {sign}{wanted}")


def _value(prop: ET.Element) -> str:
    return "".join(canonical(ET.tostring(child, "unicode")) for child in prop) if len(prop) else prop.text or ""


def _check_properties(kind: str, found: Mapping[str, str], wanted: Sequence[str]) -> None:
    """{ns}name, {ns}name$value, {ns}name!value; an empty value is any. No others may be there."""
    named = set()
    for text in wanted:
        match = re.fullmatch(r"(\{[^}]*\}[^$!]+)(?:([$!])(.*))?", text, re.DOTALL)
        assert match
        name, sign, value = match.groups()
        named.add(name)
        expect(name in found, f"property {name} not {kind}")
        is_equal = not value or found[name] == (canonical(value) if value.startswith("<") else value)
        expect(is_equal != (sign == "!"), f"property {name} is {found.get(name)!r}, wanted {sign}{value}")
    expect(found.keys() <= named, f"properties {kind} that should not be: {shown(found.keys() - named)}")


def propfind_items(reply: Reply, args: Args, path: str, read: Read) -> None:
    reply.must_be("207")
    ignored = _hrefs(args.get("ignore", []), "")
    items = [(href, response) for href, response in responses(reply.xml()) if href not in ignored]
    if "count" in args:
        expect(len(items) == int(args["count"][0]), f"{len(items)} responses, wanted {args['count'][0]}")
        return
    for href, response in items:
        good: dict[str, str] = {}
        bad: dict[str, str] = {}
        for propstat in response.findall("{DAV:}propstat"):
            target = good if status_of(propstat) // 100 == 2 else bad
            target.update((prop.tag, _value(prop)) for prop in propstat.findall("{DAV:}prop/*"))
        try:
            _check_properties("given", good, args.get("okprops", []))
            _check_properties("refused", bad, args.get("badprops", []))
        except Miss as miss:
            raise Miss(f"{href or '/'}: {miss}") from None


def card_lines(body: bytes, left_out: Iterable[str]) -> Counter[Any]:
    """The lines of a card without regard to folding, order, and how a parameter is encoded (RFC 6868)."""
    plain = re.sub(r"\r?\n[ \t]", "", body.decode("utf-8", "replace"))
    lines: Counter[Any] = Counter()
    for line in filter(None, re.split(r"\r?\n", plain)):
        match = _LINE.fullmatch(line)
        if match is None:
            lines[line] += 1
        elif match[2].upper() not in left_out:
            parameters = re.sub(r"\^([n'^])", lambda m: {"n": "\n", "'": '"', "^": "^"}[m[1]], match[3])
            lines[match[1], match[2], parameters, match[4]] += 1
    return lines


def address_data_match(reply: Reply, args: Args, path: str, read: Read) -> None:
    reply.must_be("200", "201", "207")
    left_out = ["PRODID", "REV", *args.get("filter", [])]
    got, wanted = (card_lines(body, left_out) for body in (reply.body, read(args["filepath"][0])))
    expect(got == wanted, f"card differs: lacks {shown(wanted - got, 3)}; has instead {shown(got - wanted, 3)}")


def xml_element_match(reply: Reply, args: Args, path: str, read: Read) -> None:
    reply.must_be("200", "207")
    for wanted in args.get("exists", []):
        expect(find(reply.xml(), wanted), f"nothing at {wanted}")
    for unwanted in args.get("notexists", []):
        expect(not find(reply.xml(), unwanted), f"something at {unwanted}")


def prepostcondition(reply: Reply, args: Args, path: str, read: Read) -> None:
    wanted = shown(args["error"])
    expect(reply.status in (403, 409, 507), f"status {reply.status}, wanted 403, 409 or 507 with {wanted}")
    root = reply.xml()
    found = {child.tag for child in root}
    expect(root.tag == "{DAV:}error" and found == set(args["error"]), f"{root.tag} has {shown(found)}, wanted {wanted}")


def data_string(reply: Reply, args: Args, path: str, read: Read) -> None:
    for wanted in args.get("contains", []):
        expect(wanted.encode() in reply.body, f"body lacks {wanted!r}")


def data_match(reply: Reply, args: Args, path: str, read: Read) -> None:
    """Byte for byte, but the file may have been stored with bare LFs."""
    reply.must_be("200", "207")
    wanted = read(args["filepath"][0])
    expect(reply.body in (wanted, wanted.replace(b"\n", b"\r\n")), f"body is not {args['filepath'][0]}")


VERIFIERS: Mapping[str, Callable[[Reply, Args, str, Read], None]] = {
    "statusCode": status_code, "multistatusItems": multistatus_items, "header": header,
    "propfindItems": propfind_items, "addressDataMatch": address_data_match, "xmlElementMatch": xml_element_match,
    "prepostcondition": prepostcondition, "dataString": data_string, "dataMatch": data_match,
}  # fmt: skip
