"""Every log line is one JSON object with its event, fields, level and timestamp, whoever wrote it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from coterie.logs import configure_logging

ours = logging.getLogger("coterie.worker.loop")
library = logging.getLogger("psycopg.pool")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root, coterie = logging.getLogger(), logging.getLogger("coterie")
    before = (root.handlers[:], root.level, coterie.level)
    stream = io.StringIO()
    configure_logging("info", stream)
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    coterie.setLevel(before[2])


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_holds_its_event_fields_level_and_time(stream: io.StringIO) -> None:
    ours.info("job done", extra={"job": "stage_import", "milliseconds": 1.5})
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "job done", "job": "stage_import", "milliseconds": 1.5, "level": "info"}


def test_a_library_writes_json_from_warning_up_and_is_named(stream: io.StringIO) -> None:
    library.info("opening %s", "host=secret")
    library.warning("error connecting in %r", "pool-1")
    (line,) = lines(stream)
    assert line.pop("timestamp")
    assert line == {"event": "error connecting in 'pool-1'", "logger": "psycopg.pool", "level": "warning"}


def test_an_exception_is_one_line_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ValueError("no")
    except ValueError:
        ours.exception("job failed", extra={"attempt": 2})
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["attempt"]) == ("job failed", "error", 2)
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: no")


def test_a_value_that_json_lacks_is_text(stream: io.StringIO) -> None:
    ours.warning("odd", extra={"path": complex(1, 2)})
    assert lines(stream)[0]["path"] == "(1+2j)"


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_of_the_settings_is_the_lowest_of_our_lines(stream: io.StringIO, level: str, count: int) -> None:
    configure_logging(level, stream)
    for write in (ours.debug, ours.info, ours.warning, ours.error):
        write("said")
    assert len(lines(stream)) == count
