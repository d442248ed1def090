"""Interprets the CardDAV scripts of apple/ccs-caldavtester (tests/data/ccs) against a device's book.

A case is a <test>. The cases of a script build on each other, so they run in order, each to its first miss.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

from carddav.ccs_verifiers import VERIFIERS, Miss, Reply, expect, find, local_path, responses
from carddav.dav_client import Dav

DATA = Path(__file__).parent.parent / "data" / "ccs"
SCRIPTS = DATA / "scripts" / "tests" / "CardDAV"
SERVERINFO = DATA / "scripts" / "server" / "serverinfo.xml"
FEATURES = frozenset(("carddav", "sync-report", "well-known"))
_TYPE = b'<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'


@cache
def read(name: str) -> bytes:
    return (DATA / name).read_bytes()


class Names:
    """What each $name: stands for; values may hold further names."""

    def __init__(self, devices: Sequence[Dav]) -> None:
        self.values: dict[str, str] = {}
        block = ET.parse(SERVERINFO).getroot().find("substitutions")
        assert block is not None
        for holder in (block, *block.findall("repeat")):
            for one in holder.findall("substitution"):
                self.add(one.findtext("key", ""), one.findtext("value", ""), int(holder.get("count", 0)))
        for key, value in _own_names(devices).items():
            self.add(f"${key}:", value)

    def add(self, key: str, value: str, count: int = 0) -> None:
        """With a count: once for each number, which stands at %d, %02d or %03d of both."""
        if not count:
            self.values[key] = value
        for number in range(1, count + 1):
            digits = {"%%": "%"} | {f"%{form}": format(number, form) for form in ("d", "02d", "03d")}
            numbered = [re.sub(r"%%|%\d*d", lambda match, to=digits: to[match[0]], text) for text in (key, value)]
            self.add(numbered[0], numbered[1])

    def fill(self, text: str | None) -> str:
        text = text or ""
        for _ in range(10):
            text = re.sub(r"\$[\w-]+:", lambda match: self.values.get(match[0], match[0]), text)
        return text

    def fill_bytes(self, body: bytes) -> bytes:
        """Some bodies are not UTF-8 on purpose, and must leave as they are."""
        return self.fill(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _own_names(devices: Sequence[Dav]) -> Mapping[str, str]:
    names = {
        "host": "http://testserver", "hostssl": r"http://testserver/dav", "principalcollection": "/dav/principals/",
        "principals_users": "/dav/principals/", "addressbooks": "/dav/books", "calendar_sync_extra_items": "[]",
        "useradmin": devices[0].user, "pswdadmin": devices[0].password,
    }  # fmt: skip
    for number, dav in enumerate(devices, 1):
        names |= {
            f"userid{number}": dav.user, f"pswd{number}": dav.password, f"principal{number}": dav.principal,
            f"principaluri{number}": dav.principal, f"addressbookhome{number}": dav.home.rstrip("/"),
            f"addressbookpath{number}": dav.book.rstrip("/"),
        }  # fmt: skip
    return names


class Script:
    """One script."""

    def __init__(self, name: str, devices: Sequence[Dav]) -> None:
        self.name, self.devices = name, {dav.user: dav for dav in devices}
        self.names = Names(devices)
        self.to_delete: list[tuple[Dav, str]] = []

    def run(self) -> Iterator[tuple[str, str | None]]:
        """(case, why it fails or None); cases that need another feature, or are to be ignored, are left out."""
        root = ET.parse(SCRIPTS / f"{self.name}.xml").getroot()
        if not _applies(root):
            return
        for dav in self.devices.values():
            self._delete_members(dav, dav.book)
        start = _outcome(lambda: self._perform_all(root.findall("start/request"), must_succeed=True))
        for suite in root.findall("test-suite"):
            for test in suite.findall("test"):
                if all(_applies(one) and one.get("ignore") != "yes" for one in (suite, test)):
                    case = f"{self.name}/{suite.get('name')}/{test.get('name')}"
                    yield case, start or _outcome(lambda test=test: self._run_test(test))  # type: ignore[misc]
        for dav, path in self.to_delete:
            dav.call("DELETE", path)

    def _run_test(self, test: ET.Element) -> None:
        for _ in range(int(test.get("count", 1))):
            self._perform_all(test.findall("request"))

    def _perform_all(self, requests: Sequence[ET.Element], *, must_succeed: bool = False) -> None:
        for request in requests:
            if _applies(request):
                self._perform(request, must_succeed=must_succeed)

    def _perform(self, request: ET.Element, *, must_succeed: bool) -> None:
        method = request.findtext("method", "").strip()
        paths = [local_path(self.names.fill(one.text)) for one in request.findall("ruri")]
        dav = self.devices[self.names.fill(request.get("user") or "$userid1:")]
        if method == "DELETEALL":
            for path in paths:
                self._delete_members(dav, path)
            return
        expect(re.fullmatch("[A-Z]+", method) and len(paths) == 1, f"{method} is not interpreted")
        headers, body = self._content(request)
        if request.get("end-delete") == "yes":
            self.to_delete.append((dav, quote(paths[0], safe="/")))
        reply = _send(dav, method, paths[0], body, headers, is_anonymous=request.get("auth") == "no")
        if must_succeed:
            reply.must_be("2xx")
        try:
            self._verify(request, reply, paths[0])
        except Miss:
            with suppress(Miss):  # later cases need the value, whatever this one makes of the response
                self._grab(request, reply)
            raise
        self._grab(request, reply)

    def _content(self, request: ET.Element) -> tuple[dict[str, str], bytes]:
        fill = self.names.fill
        headers = {one.findtext("name", ""): fill(one.findtext("value")) for one in request.findall("header")}
        data = request.find("data")
        if data is None:
            return headers, b""
        headers["Content-Type"] = data.findtext("content-type", "")
        body = self.names.fill_bytes(read(data.findtext("filepath", "")))
        for one in data.findall("substitute"):
            body = body.replace(one.findtext("name", "").encode(), fill(one.findtext("value")).encode())
        return headers, body

    def _verify(self, request: ET.Element, reply: Reply, path: str) -> None:
        for verifier in filter(_applies, request.findall("verify")):
            name = verifier.findtext("callback", "")
            expect(name in VERIFIERS, f"verifier {name} is not interpreted")
            args = {
                arg.findtext("name", ""): [self.names.fill(one.text) for one in arg.findall("value")]
                for arg in verifier.findall("arg")
            }
            VERIFIERS[name](reply, args, path, lambda file: self.names.fill_bytes(read(file)))

    def _grab(self, request: ET.Element, reply: Reply) -> None:
        for one in request.findall("grabheader"):
            value = reply.headers.get(one.findtext("name", "").lower())
            expect(value, f"no header {one.findtext('name')}")
            self.names.add(one.findtext("variable", ""), value or "")
        for one in request.findall("grabelement"):
            path, keys = self.names.fill(one.findtext("name")), [key.text or "" for key in one.findall("variable")]
            found = find(reply.xml(), path)
            expect(len(found) == len(keys), f"{len(found)} elements at {path}, wanted {len(keys)}")
            for key, element in zip(keys, found, strict=True):
                self.names.add(key, element.text or "")

    def _delete_members(self, dav: Dav, path: str) -> None:
        reply = _send(dav, "PROPFIND", path, _TYPE, {"Depth": "1"})
        for href, _ in responses(reply.xml()) if reply.status == 207 else []:
            if href != path.rstrip("/"):
                _send(dav, "DELETE", href, b"", {}).must_be("2xx")


def _applies(element: ET.Element) -> bool:
    needed, unwanted = (element.findall(f"{kind}-feature/feature") for kind in ("require", "exclude"))
    return {one.text for one in needed} <= FEATURES and FEATURES.isdisjoint(one.text for one in unwanted)


def _outcome(work: Callable[[], None]) -> str | None:
    try:
        work()
    except Miss as miss:
        return str(miss)
    return None


def _send(
    dav: Dav, method: str, path: str, body: bytes, headers: Mapping[str, str], *, is_anonymous: bool = False
) -> Reply:
    url = quote(path, safe="/;?=&,:@")
    if is_anonymous:
        response = dav.client.call(method, url, body=body, headers=dict(headers))
    else:
        response = dav.call(method, url, body, **{name.lower(): value for name, value in headers.items()})
    return Reply(response.status, response.headers, response.body)
