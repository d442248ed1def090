"""Every setting: its name, its default, what it does. Read once, from COTERIE_* variables and an optional TOML file.

A variable wins over the file. The file is the one COTERIE_CONFIG names, else coterie.toml in the data folder.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.errors import Unavailable

PREFIX = "COTERIE_"
# what one command line says and no setting
SERVE_OPTIONS = ("host", "port", "workers")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them; the description of each stands beside it and is what `coterie settings` prints."""

    data: Annotated[str, Meta(description="The data folder: database, attachments, secrets.")] = "data"
    database_url: Annotated[
        str,
        Meta(description="sqlite:///PATH or postgresql://…; by default coterie.sqlite3 in the data folder."),
    ] = ""
    base_url: Annotated[
        str,
        Meta(
            description="The address people reach this instance at; https:// makes cookies Secure.",
            pattern=r"^(https?://[^/\s]+[^\s]*[^/\s])?$",
        ),
    ] = ""
    country: Annotated[
        str,
        Meta(
            description="ISO code in which numbers without a prefix are read, where the organization has none.",
            pattern="^([A-Za-z]{2})?$",
        ),
    ] = ""
    request_seconds: Annotated[float, Meta(description="Deadline of a request's work in the database.", gt=0)] = 5.0
    slow_seconds: Annotated[
        float, Meta(description="Deadline of one transaction of an export, an import, a command.", gt=0)
    ] = 120.0
    body_bytes_max: Annotated[
        int,
        Meta(description="Largest body of an upload; other bodies have the limit of their route.", ge=1024),
    ] = 104_857_600
    attachment_bytes_max: Annotated[
        int, Meta(description="Largest file that can be attached to a contact.", ge=1024, le=1_073_741_824)
    ] = 26_214_400
    import_days: Annotated[
        int, Meta(description="How many days an import's file, and what stood in its rows, is kept.", ge=1, le=36_500)
    ] = 30
    database_connections: Annotated[int, Meta(description="PostgreSQL connections of one process.", ge=2, le=100)] = 8
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="debug, info, warning or error.")
    ] = "info"
    log_requests: Annotated[bool, Meta(description="One line for each request.")] = True
    metrics_token: Annotated[
        str,
        Meta(description="When set, /metrics wants it as a bearer token; otherwise only loopback may read it."),
    ] = ""
    jobs_poll_seconds: Annotated[
        float, Meta(description="How often the worker looks for work when none is waiting.", gt=0)
    ] = 0.5
    smtp_url: Annotated[
        str,
        Meta(description="smtp://user:password@host:587 (STARTTLS) or smtps://…; without it nothing is mailed."),
    ] = ""
    smtp_from: Annotated[str, Meta(description="The sender of what is mailed.")] = ""
    instagram_app_secret: Annotated[str, Meta(description="Checks the signature of what Meta sends.")] = ""
    instagram_verify_token: Annotated[str, Meta(description="Answers Meta's verification handshake.")] = ""

    @property
    def data_folder(self) -> Path:
        """The data folder as a path."""
        return Path(self.data)


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this process; overrides are what the command line says and win over everything.

    Refused: an unknown name (a typing mistake must not pass), and a value of the wrong type or out of range.
    """
    environment = os.environ if environment is None else environment
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG"
    }
    given |= {name: value for name, value in overrides.items() if value is not None}
    data = Path(str(given.get("data", "data")))
    named = environment.get(f"{PREFIX}CONFIG")
    file = Path(named) if named else data / "coterie.toml"
    if named or file.is_file():
        given = _read_file(file) | given
    if unknown := sorted(given.keys() - set(Settings.__struct_fields__)):
        raise Unavailable(f"settings: there is no setting {_spelled(unknown[0], environment, file)}")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Unavailable(f"settings: {error}") from None
    if not settings.database_url:
        path = settings.data_folder.absolute() / "coterie.sqlite3"
        settings = msgspec.structs.replace(settings, database_url=f"sqlite:///{path}")
    return settings


def _spelled(name: str, environment: Mapping[str, str], file: Path) -> str:
    """A setting that does not exist as it was written, and what may have been meant."""
    variable = PREFIX + name.upper()
    written = variable if variable in {key.upper() for key in environment} else f"{name[:100]} (in {file})"
    if name in SERVE_OPTIONS:
        return f"{written}: that is an option, coterie serve --{name}"
    likely = get_close_matches(name, Settings.__struct_fields__, 1)
    return f"{written}: is it {PREFIX}{likely[0].upper()}?" if likely else written


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Unavailable(f"settings: {file}: {error}") from None


def shown(variable: str, value: str) -> str:
    """A value as it may be seen: secrets are not, and a URL loses its user, its password and its query."""
    if not value:
        return ""
    if variable.endswith(("_SECRET", "_TOKEN")):
        return "(set)"
    if variable.endswith(("DATABASE_URL", "SMTP_URL")):
        scheme, _, rest = value.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}" if rest else "(set)"
    return value


def describe() -> list[tuple[str, str, str]]:
    """(variable, default, description) of each setting, in order."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        meta = field.type.__metadata__[0]
        rows.append((PREFIX + field.name.upper(), str(field.default), meta.description))
    return rows
