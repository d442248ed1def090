"""Bodies that arrive slowly, or many large ones at once, and forms with files that no route wants."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.errors import TooLarge
from coterie.http import body as module
from coterie.http.body import read_body, read_bytes, read_chunks, read_upload
from coterie.http.body_budget import FREE_BYTES, IN_MEMORY, ON_DISK, Budget, Busy
from coterie.http.errors import Disconnected
from coterie.settings import Settings

PART = '--x\r\nContent-Disposition: form-data; name="f{0}"; filename="a{0}"\r\n\r\nbytes\r\n'


def sender(*pieces: bytes, seconds: float = 0, is_last: bool = True) -> Any:
    """A client that sends these pieces, with a pause before each; then the end, or nothing more."""
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(seconds)
        if not left:
            await asyncio.sleep(3600)
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left) or not is_last}

    return receive


@pytest.fixture(autouse=True)
def _all_given_back() -> Iterator[None]:
    yield
    assert (IN_MEMORY.byte_count, ON_DISK.byte_count) == (0, 0)


def test_a_body_that_trickles_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS_MIN", 0.3)
    with pytest.raises(Disconnected, match="not sent in time"):
        asyncio.run(read_bytes({}, sender(*[b"a"] * 100, seconds=0.02), 1000))
    # what arrives at ten kilobytes a second and more has as long as it takes
    whole = asyncio.run(read_bytes({}, sender(*[b"a" * 10_000] * 30, seconds=0.02), 1_000_000))
    assert len(whole) == 300_000


def test_unfinished_bodies_hold_no_more_than_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    # at ten kilobytes a second the pause ends these bodies, not the time of a whole one
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CHUNKS_MAX", 0.5)
    budget = Budget(1_000_000)
    large = [b"a" * 100_000] * 4

    async def scene() -> list[Any]:
        reads = [read_bytes({}, sender(*large, is_last=False), 1_000_000, budget=budget) for _ in range(20)]
        tasks = [asyncio.ensure_future(read) for read in reads]
        await asyncio.sleep(0.2)
        assert budget.byte_count <= budget.bytes_max
        # small bodies need no budget
        assert await read_bytes({}, sender(b"a" * FREE_BYTES), 1_000_000, budget=budget)
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(scene())
    assert {type(result) for result in results} == {Busy, Disconnected}
    assert budget.byte_count == 0


def test_the_budget_is_given_back_however_a_body_ends() -> None:
    budget = Budget(1_000_000)

    async def scene() -> None:
        with pytest.raises(TooLarge):
            await read_bytes({}, sender(*[b"a" * 100_000] * 5), 300_000, budget=budget)
        chunks = read_chunks({}, sender(*[b"a" * 100_000] * 5), 1_000_000, budget)
        await anext(chunks)
        assert budget.byte_count > 0
        await chunks.aclose()

    asyncio.run(scene())
    assert budget.byte_count == 0


def test_files_on_a_route_without_uploads_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("a file was made")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    form = "".join(PART.format(number) for number in range(500)) + "--x--\r\n"
    headers = {b"content-type": b"multipart/form-data; boundary=x"}
    assert asyncio.run(read_body(headers, sender(form.encode()))) == {}


def test_an_upload_has_few_files_and_leaves_none_behind(tmp_path: Path) -> None:
    form = "".join(PART.format(number) for number in range(5)) + "--x--\r\n"
    headers = {b"content-type": b"multipart/form-data; boundary=x"}
    settings = Settings(data=str(tmp_path))
    with pytest.raises(TooLarge, match="more than 4 files"):
        asyncio.run(read_upload(headers, sender(form.encode()), settings, 1000))
    with pytest.raises(TooLarge, match="The file is larger than 3 bytes"):
        asyncio.run(read_upload(headers, sender((PART.format(1) + "--x--\r\n").encode()), settings, 3))
    assert list((tmp_path / "uploads").iterdir()) == []
