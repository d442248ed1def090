"""Log lines: one JSON object per line on standard error.

A module writes `log = logging.getLogger(__name__)`, then `log.info("job done", extra={"job": name})`. The line holds
`event` (the message), the fields of `extra`, `level`, `timestamp` (ISO 8601, UTC), and `exception` (the traceback) if
there is one. Lines of libraries also name their `logger`. No line may hold a query, a body or a token.
"""

import logging
import sys
from typing import Any, TextIO

import msgspec

from coterie.model import times

_PACKAGE = "coterie"
_STANDARD_ATTRIBUTES = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"event": record.getMessage()}
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD_ATTRIBUTES}
        if record.name.partition(".")[0] != _PACKAGE:
            line["logger"] = record.name
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        line |= {"level": record.levelname.lower(), "timestamp": times.now()}
        return msgspec.json.encode(line, enc_hook=str).decode()


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Writes our lines from this level (debug, info, warning or error) up, and those of libraries from warning up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    our_level = logging.getLevelNamesMapping()[level.upper()]
    logging.getLogger(_PACKAGE).setLevel(our_level)
    # a library's info lines may hold addresses with tokens in them
    root.setLevel(max(our_level, logging.WARNING))
