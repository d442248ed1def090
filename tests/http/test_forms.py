"""Form bodies are read as Rack reads them, within limits; files are spooled and never left behind."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid, TooLarge
from coterie.http.forms import find_repeated, nest, parse_form
from coterie.http.limits import FormLimits
from coterie.http.multipart import Upload, read_multipart, remove_uploads

# The cases of Rack's own description of its parser (Rack::Utils.parse_nested_query).
RACK = [
    ("", {}),
    ("foo", {"foo": None}),
    ("foo=", {"foo": ""}),
    ("foo=bar", {"foo": "bar"}),
    ('foo="bar"', {"foo": '"bar"'}),
    ("foo=bar&foo=quux", {"foo": "quux"}),
    ("foo&foo=", {"foo": ""}),
    ("foo=1&bar=2", {"foo": "1", "bar": "2"}),
    ("&foo=1&&bar=2", {"foo": "1", "bar": "2"}),
    ("foo&bar=", {"foo": None, "bar": ""}),
    ("foo=bar& baz=", {"foo": "bar", "baz": ""}),
    ("my+weird+field=q1%212%22%27w%245%267%2Fz8%29%3F", {"my weird field": "q1!2\"'w$5&7/z8)?"}),
    ("a=b&pid%3D1234=1023", {"pid=1234": "1023", "a": "b"}),
    ("foo[]", {"foo": [None]}),
    ("foo[]=", {"foo": [""]}),
    ("foo[]=bar", {"foo": ["bar"]}),
    ("foo[]=bar&foo", {"foo": None}),
    ("foo[]=bar&foo[", {"foo": ["bar"], "foo[": None}),
    ("foo[]=bar&foo[=baz", {"foo": ["bar"], "foo[": "baz"}),
    ("foo[]=bar&foo[]", {"foo": ["bar", None]}),
    ("foo[]=bar&foo[]=", {"foo": ["bar", ""]}),
    ("foo[]=1&foo[]=2", {"foo": ["1", "2"]}),
    ("foo=bar&baz[]=1&baz[]=2&baz[]=3", {"foo": "bar", "baz": ["1", "2", "3"]}),
    ("foo[]=bar&baz[]=1&baz[]=2&baz[]=3", {"foo": ["bar"], "baz": ["1", "2", "3"]}),
    ("x[y][z]", {"x": {"y": {"z": None}}}),
    ("x[y][z]=1", {"x": {"y": {"z": "1"}}}),
    ("x[y][z][]=1", {"x": {"y": {"z": ["1"]}}}),
    ("x[y][z]=1&x[y][z]=2", {"x": {"y": {"z": "2"}}}),
    ("x[y][z][]=1&x[y][z][]=2", {"x": {"y": {"z": ["1", "2"]}}}),
    ("x[y][][z]=1", {"x": {"y": [{"z": "1"}]}}),
    ("x[y][][z][]=1", {"x": {"y": [{"z": ["1"]}]}}),
    ("x[y][][z]=1&x[y][][w]=2", {"x": {"y": [{"z": "1", "w": "2"}]}}),
    ("x[y][][v][w]=1", {"x": {"y": [{"v": {"w": "1"}}]}}),
    ("x[y][][z]=1&x[y][][v][w]=2", {"x": {"y": [{"z": "1", "v": {"w": "2"}}]}}),
    ("x[y][][z]=1&x[y][][z]=2", {"x": {"y": [{"z": "1"}, {"z": "2"}]}}),
    (
        "x[y][][z]=1&x[y][][w]=a&x[y][][z]=2&x[y][][w]=3",
        {"x": {"y": [{"z": "1", "w": "a"}, {"z": "2", "w": "3"}]}},
    ),
    (
        "x[][y]=1&x[][z][w]=a&x[][y]=2&x[][z][w]=b",
        {"x": [{"y": "1", "z": {"w": "a"}}, {"y": "2", "z": {"w": "b"}}]},
    ),
    (
        "x[][z][w]=a&x[][y]=1&x[][z][w]=b&x[][y]=2",
        {"x": [{"y": "1", "z": {"w": "a"}}, {"y": "2", "z": {"w": "b"}}]},
    ),
    (
        "data[books][][data][page]=1&data[books][][data][page]=2",
        {"data": {"books": [{"data": {"page": "1"}}, {"data": {"page": "2"}}]}},
    ),
    ("[]=1", {"[]": "1"}),
    ("[]a[b]=1", {"[]a": {"b": "1"}}),
    ("]=1", {"]": "1"}),
    ("a[b=1", {"a": {"[b": "1"}}),
    ("a[b]c=1", {"a": {"b": {"c": "1"}}}),
    ("a[][]=1", {"a": [["1"]]}),
    ("=1", {}),
    ("a=%2B%25+%e2%82%AC", {"a": "+% €"}),
]

MALFORMED = [
    "x[y]=1&x[]=1", "x[]=1&x[y]=1", "x=1&x[y]=2", "x[y]=1&x[y][][w]=2", "x[y]=1&x[y]z=2", "x=1&x[]=2",
    "a=%", "a=%2", "a=%%41", "a=%zz", "foo%81E=1", "a=%ff", "a" + "[b]" * 32 + "=1", "a=%ED%A0%80",
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), RACK)
def test_bodies_are_read_as_rack_reads_them(body: str, expected: dict[str, Any]) -> None:
    assert parse_form(body.encode()) == expected


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("at=2026-12-24T09:00:00+01:00", "2026-12-24T09:00:00+01:00"),
        ("at=2026-12-24T09:00+0100", "2026-12-24T09:00+0100"),
        ("at=2026-12-24T09:00:00.25%2B01:00", "2026-12-24T09:00:00.25+01:00"),
        ("at=2026-12-24+09:00", "2026-12-24 09:00"),
        ("at=at+2026-12-24T09:00:00+01:00", "at 2026-12-24T09:00:00 01:00"),
        # a leading space that a browser has encoded
        ("at=+664+1234567", " 664 1234567"),
    ],
)
def test_the_plus_of_a_moments_offset_may_be_sent_as_it_is(body: str, value: str) -> None:
    assert parse_form(body.encode()) == {"at": value}


def test_numbered_keys_stay_a_hash() -> None:
    assert parse_form(b"emails_attributes[0][x]=1") == {"emails_attributes": {"0": {"x": "1"}}}


@pytest.mark.parametrize(
    "body",
    MALFORMED,
)
def test_a_body_that_contradicts_itself_or_is_no_text_is_malformed(body: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_form(body.encode())
    assert [problem[:2] for problem in refused.value.problems] == [((), "malformed")]


def test_raw_bytes_that_are_not_utf_8_are_malformed() -> None:
    with pytest.raises(Invalid):
        parse_form(b"a=\xff")


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"a=1&b=2", None), (b"a=1&%61=2", "a"), (b"a&a", "a"), (b"a[]=1&a[]=2", None), (b"a[b]=1&a[c]=2", None),
        (b"", None), (b"&&", None),
    ],
)  # fmt: skip
def test_a_key_that_is_no_list_is_found_if_it_is_repeated(body: bytes, key: str | None) -> None:
    assert find_repeated(body) == key


def test_a_form_holds_so_much_and_no_more() -> None:
    assert parse_form(("a" + "[b]" * 31 + "=1").encode())
    assert len(parse_form(b"&".join(b"k%d=1" % i for i in range(4096)))) == 4096
    assert parse_form(b"k" * 1024 + b"=1")
    for body in (b"a=1&" * 4096 + b"a=1", b"k" * 1025 + b"=1"):
        with pytest.raises(TooLarge):
            parse_form(body)
    with pytest.raises(TooLarge):
        nest([("a", "1")] * 4097)


_keys = st.text("abcé &=%+", min_size=1, max_size=4)
_trees = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4) | st.none(),
    lambda inner: st.dictionaries(_keys, inner, min_size=1, max_size=3),
    max_leaves=8,
) | st.lists(st.text(max_size=3, alphabet="xyz"), min_size=1, max_size=3)


def _flat(key: str, value: Any) -> list[tuple[str, str | None]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(f"{key}[{name}]", inner)]
    if isinstance(value, list):
        return [(f"{key}[]", item) for item in value]
    return [(key, value)]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_keys, _trees, max_size=4))
def test_what_is_written_with_brackets_is_read_back(tree: dict[str, Any]) -> None:
    pairs = [pair for key, value in tree.items() for pair in _flat(key, value)]
    body = "&".join(quote_plus(k) + ("" if v is None else "=" + quote_plus(v)) for k, v in pairs)
    assert parse_form(body.encode()) == tree


@settings(max_examples=300, deadline=None)
@given(st.text("ab[]=&+%41", max_size=40) | st.binary(max_size=40))
def test_any_body_is_read_or_refused(body: str | bytes) -> None:
    try:
        assert isinstance(parse_form(body.encode() if isinstance(body, str) else body), dict)
    except Invalid as refused:
        assert refused.problems[0].kind == "malformed"


# Multipart --------------------------------------------------------------------------------------------------

FORM = b"multipart/form-data; boundary=XX"


def part(name: str, value: bytes, extra: str = "", headers: str = "") -> bytes:
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n{headers}\r\n'
    return head.encode() + value + b"\r\n"


def read(
    body: bytes,
    folder: Path,
    *,
    content_type: bytes = FORM,
    limits: FormLimits | None = None,
    size: int = 7,
    has_lists: bool = False,
) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return asyncio.run(read_multipart(chunks(), content_type, folder, limits or FormLimits(), has_lists=has_lists))


def test_fields_and_files_are_told_apart(tmp_path: Path) -> None:
    picture = bytes(range(256)) * 10 + b"\r\n--X"
    body = (
        part("note[note]", "Grüße\r\nzwei 👋".encode())
        + part("tags[]", b"1")
        + part("upload", picture, '; filename="C:\\dir\\é\u202e.png"', "Content-Type: image/PNG; x=1\r\n")
        + part("tags[]", b"2")
        + b"--XX--\r\nepilogue"
    )
    for size in (1, 7, 10_000):
        fields, uploads = read(body, tmp_path, size=size)
        assert fields == [("note[note]", "Grüße\r\nzwei 👋"), ("tags[]", "1"), ("tags[]", "2")]
        (upload,) = uploads.values()
        assert (upload.filename, upload.media_type, upload.byte_count) == ("é.png", "image/png", len(picture))
        assert Path(upload.path).read_bytes() == picture and Path(upload.path).parent == tmp_path
        assert nest(fields) == {"note": {"note": "Grüße\r\nzwei 👋"}, "tags": ["1", "2"]}
        remove_uploads(uploads)
        remove_uploads(uploads)
        assert not list(tmp_path.iterdir())


def test_a_file_input_left_empty_is_no_file(tmp_path: Path) -> None:
    body = part("upload", b"", '; filename=""') + part("other", b"x", '; filename="/"') + b"--XX--"
    fields, uploads = read(body, tmp_path)
    assert fields == [] and list(uploads) == ["other"] and uploads["other"].filename == "file"
    assert uploads["other"].media_type == "application/octet-stream"


def test_the_last_file_of_a_name_is_kept(tmp_path: Path) -> None:
    body = part("f", b"1", '; filename="a"') + part("f", b"2", '; filename="b"') + b"--XX--\r\n"
    _, uploads = read(body, tmp_path)
    assert uploads["f"].filename == "b"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"2"]


def test_a_form_with_lists_has_every_file_of_a_name(tmp_path: Path) -> None:
    body = b"".join(part("f", text, f'; filename="{text.decode()}"') for text in (b"1", b"2", b"3")) + b"--XX--\r\n"
    last = read(body, tmp_path, has_lists=True)[1]["f"]
    assert [(each.filename, Path(each.path).read_bytes()) for each in (*last.earlier, last)] == [
        ("1", b"1"), ("2", b"2"), ("3", b"3"),
    ]  # fmt: skip
    assert all(each.earlier == () for each in last.earlier)
    remove_uploads({"f": last})
    with pytest.raises(Invalid):
        read(body[:-8], tmp_path, has_lists=True)
    assert not list(tmp_path.iterdir())


def test_a_form_without_parts_is_empty(tmp_path: Path) -> None:
    assert read(b"--XX--\r\n", tmp_path) == ([], {})


FILE = part("f", b"123", '; filename="a"')


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (FILE, FORM),
        (FILE + part("a", b"1"), FORM),
        (FILE[:-4], FORM),
        (b"", FORM),
        (b"a=1&b=2", FORM),
        (b"\r\n", FORM),
        (FILE + b"--XX--", b"multipart/form-data"),
        (FILE + b"--XX--", b"multipart/form-data; boundary="),
        (FILE + b"--XX--", b"multipart/form-data; boundary=" + b"x" * 300),
        (FILE + b"--XX--", b"multipart/mixed; boundary=XX"),
        (FILE + b"--XX--", b""),
        (FILE + b"--XX\r\n\r\nvalue\r\n--XX--", FORM),
        (FILE + b"--XX\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--XX--", FORM),
        (FILE + b'--XX\r\nContent-Disposition: inline; name="a"\r\n\r\nvalue\r\n--XX--', FORM),
        (FILE + b"--XX\r\nBroken header\r\n\r\nvalue\r\n--XX--", FORM),
        (FILE + b"--XX\r\n: x\r\n\r\nvalue\r\n--XX--", FORM),
        (FILE + b"--XX\r\nA: " + b"x" * 9000 + b"\r\n\r\nvalue\r\n--XX--", FORM),
        (FILE + b"--XX\r\n" + b"A: x\r\n" * 17 + b"\r\nvalue\r\n--XX--", FORM),
        (FILE + part("a", b"\xff") + b"--XX--", FORM),
        (FILE + part("a", b"eA==", "", "Content-Transfer-Encoding: base64\r\n") + b"--XX--", FORM),
        (FILE + part("a", b"1").replace(b'"a"', b'"\xff"') + b"--XX--", FORM),
    ],
)
def test_a_multipart_that_is_broken_is_malformed_and_leaves_nothing(
    body: bytes, content_type: bytes, tmp_path: Path
) -> None:
    for size in (1, 100_000):
        with pytest.raises(Invalid) as refused:
            read(body, tmp_path, content_type=content_type, size=size)
        assert refused.value.problems[0][:2] == ((), "malformed")
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (FILE + part("a", b"1") * 3 + b"--XX--", FormLimits(parts=3)),
        (FILE + part("a", b"12345") + b"--XX--", FormLimits(field_bytes=4)),
        (FILE + part("f", b"12345", '; filename="b"') + b"--XX--", FormLimits(file_bytes=4)),
        (FILE + part("f", b"12345", '; filename=""') + b"--XX--", FormLimits(file_bytes=4)),
        (FILE + part("a" * 9, b"1") + b"--XX--", FormLimits(key_length=8)),
        (FILE + part("a", b"12345") + b"--XX--", FormLimits(total_bytes=len(FILE) + 10)),
    ],
)
def test_a_multipart_beyond_a_limit_is_too_large_and_leaves_nothing(
    body: bytes, limits: FormLimits, tmp_path: Path
) -> None:
    with pytest.raises(TooLarge):
        read(body, tmp_path, limits=limits)
    assert not list(tmp_path.iterdir())


def test_a_request_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield FILE[:-3]
        raise asyncio.CancelledError

    async def cancelled() -> None:
        with pytest.raises(asyncio.CancelledError):
            await read_multipart(chunks(), FORM, tmp_path)

    asyncio.run(cancelled())
    assert not list(tmp_path.iterdir())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(_keys.map(lambda key: re.sub(r"[%&=+ ]", "_", key)), st.binary(max_size=30)), max_size=4),
    st.integers(1, 50),
)
def test_files_of_any_bytes_survive_any_chunks(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], size: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    body = b"".join(part(name, data, '; filename="x"') for name, data in files) + b"--XX--\r\n"
    _, uploads = read(body, folder, size=size)
    assert {name: Path(upload.path).read_bytes() for name, upload in uploads.items()} == dict(files)
    assert len(list(folder.iterdir())) == len(uploads)
