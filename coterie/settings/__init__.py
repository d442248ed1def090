"""All settings. They are read once, from COTERIE_* variables and an optional TOML file.

A variable overrides the file. The file is that of COTERIE_CONFIG, else coterie.toml in the data folder.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from coterie.errors import Unavailable
from coterie.settings.checks import CHECKS

PREFIX = "COTERIE_"
# the user and the password of a URL
_USER = re.compile(r"//[^/?#]*@")
# the file of settings, and the token of `coterie mcp`
_NO_SETTINGS = ("CONFIG", "TOKEN")
# options of `coterie serve` that are not settings
SERVE_OPTIONS = ("host", "port", "workers")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each setting with its default and the description that `coterie settings` prints."""

    data: Annotated[str, Meta(description="The data folder: database, attachments, secrets.")] = "data"
    database_url: Annotated[
        str,
        Meta(description="sqlite:////PATH or postgresql://…; by default coterie.sqlite3 in the data folder."),
    ] = ""
    database_replica_url: Annotated[
        str,
        Meta(description="postgresql://… of a streaming replica, for exports, backups and other slow reads."),
    ] = ""
    base_url: Annotated[
        str,
        Meta(description="The public URL of this instance, such as https://crm.example.org. It has no path."),
    ] = ""
    trusted_proxies: Annotated[
        str,
        Meta(description="Addresses or networks of reverse proxies whose X-Forwarded-For is trusted, with commas."),
    ] = ""
    country: Annotated[
        str,
        Meta(description="Country (DE, Germany, …) of phone numbers without a prefix, if the organization has none."),
    ] = ""
    outgoing_allowed: Annotated[
        str,
        Meta(description="Hosts and networks that webhooks may call though they are private or plain http."),
    ] = ""
    request_seconds: Annotated[
        float, Meta(description="Deadline of the database work of a request.", ge=0.1, le=3600)
    ] = 5.0
    slow_seconds: Annotated[
        float, Meta(description="Deadline of one transaction of an export, an import or a command.", ge=0.1, le=86_400)
    ] = 120.0
    body_bytes_max: Annotated[
        int,
        Meta(description="Largest body of an upload; other routes have limits of their own.", ge=1024),
    ] = 104_857_600
    attachment_bytes_max: Annotated[
        int, Meta(description="Largest file that can be attached to a contact.", ge=1024, le=1_073_741_824)
    ] = 26_214_400
    import_days: Annotated[
        int, Meta(description="Days after which the file and the row data of an import expire.", ge=1, le=36_500)
    ] = 30
    backup_folder: Annotated[
        str, Meta(description="Existing folder to which the worker saves backups; without it, it saves none.")
    ] = ""
    backup_hours: Annotated[int, Meta(description="Hours between two backups of the worker.", ge=1, le=8760)] = 24
    backup_keep: Annotated[
        int, Meta(description="How many backups stay in the folder; older ones are deleted.", ge=1, le=10_000)
    ] = 7
    database_connections: Annotated[int, Meta(description="PostgreSQL connections of one process.", ge=2, le=100)] = 8
    connections_max: Annotated[
        int, Meta(description="Connections of clients that one web process has at once.", ge=10, le=100_000)
    ] = 1000
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="debug, info, warning or error.")
    ] = "info"
    log_requests: Annotated[bool, Meta(description="Whether to log a line for each request.")] = True
    metrics_token: Annotated[
        str,
        Meta(description="Bearer token that /metrics requires; if unset, only loopback may read it."),
    ] = ""
    jobs_poll_seconds: Annotated[
        float, Meta(description="Seconds between two looks of an idle worker for jobs.", ge=0.01, le=60)
    ] = 0.5
    login_days: Annotated[
        int, Meta(description="Days after which a login ends; API tokens have days of their own.", ge=1, le=3660)
    ] = 90
    login_idle_days: Annotated[
        int, Meta(description="Days without a request after which a login ends.", ge=1, le=3660)
    ] = 30
    smtp_url: Annotated[
        str,
        Meta(description="smtp://user:password@host:587 (STARTTLS) or smtps://…; needs COTERIE_SMTP_FROM."),
    ] = ""
    smtp_from: Annotated[
        str, Meta(description="Sender of all mail, such as Coterie <crm@example.org>; needs COTERIE_SMTP_URL.")
    ] = ""
    smtp_requires_tls: Annotated[
        bool, Meta(description="Whether no mail is sent to a server that offers no STARTTLS.")
    ] = False
    reminder_late_seconds: Annotated[
        float, Meta(ge=60, le=31_536_000, description="A reminder due longer ago than this is no longer mailed.")
    ] = 86_400
    tombstone_days: Annotated[
        int, Meta(description="Days for which clients that mirror contacts can learn of an erasure.", ge=1, le=36_500)
    ] = 365
    rate_per_minute: Annotated[
        int, Meta(description="Requests to the APIs that a token may make in a minute.", ge=1, le=100_000_000)
    ] = 120_000
    assistant_calls_per_minute: Annotated[
        int, Meta(description="Calls that a token may make at /mcp in a minute.", ge=1, le=100_000_000)
    ] = 120
    assistant_changes_per_hour: Annotated[
        int, Meta(description="Contacts that a token may change at /mcp in an hour.", ge=1, le=100_000_000)
    ] = 2_000
    idempotency_hours: Annotated[
        int, Meta(description="Hours for which a request with an Idempotency-Key can be repeated.", ge=1, le=8760)
    ] = 24
    instagram_app_secret: Annotated[str, Meta(description="Verifies the signature of Meta's deliveries.")] = ""
    instagram_verify_token: Annotated[str, Meta(description="Token of Meta's verification handshake.")] = ""

    @property
    def data_folder(self) -> Path:
        return Path(self.data)

    @property
    def can_mail(self) -> bool:
        """Whether there are a server and a sender."""
        return bool(self.smtp_url and self.smtp_from)


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this process. overrides: options of the command line, which override everything.

    Raises Unavailable if a name is unknown, or a value has the wrong type or is out of range.
    """
    environment = os.environ if environment is None else environment
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in _NO_SETTINGS
    }
    values |= {name: value for name, value in overrides.items() if value is not None}
    data = Path(str(values.get("data", "data")))
    named = environment.get(f"{PREFIX}CONFIG")
    file = Path(named) if named else data / "coterie.toml"
    values = _read_file(file, is_named=bool(named)) | values
    if unknown := sorted(values.keys() - set(Settings.__struct_fields__)):
        raise Unavailable(f"settings: unknown setting {_suggest(unknown[0], environment, file)}")
    settings = _convert(values)
    if not settings.database_url:
        path = settings.data_folder.absolute() / "coterie.sqlite3"
        settings = msgspec.structs.replace(settings, database_url=f"sqlite:///{path}")
    if settings.database_replica_url and not settings.database_url.startswith("postgres"):
        raise Unavailable("settings: COTERIE_DATABASE_REPLICA_URL needs COTERIE_DATABASE_URL = postgresql://…")
    return settings


def _suggest(name: str, environment: Mapping[str, str], file: Path) -> str:
    """An unknown setting as it was written, with the setting or option that it resembles most."""
    variable = PREFIX + name.upper()
    is_variable = variable in {key.upper() for key in environment}
    written = variable if is_variable else f"{name[:100]} (in {file})"
    if name in SERVE_OPTIONS:
        return f"{written}: it is an option, coterie serve --{name}"
    # in the file a name has no prefix and is in lower case
    likely = get_close_matches(name.lower().removeprefix(PREFIX.lower()), Settings.__struct_fields__, 1)
    if not likely:
        return written
    return f"{written}: did you mean {PREFIX + likely[0].upper() if is_variable else likely[0]}?"


def _convert(values: Mapping[str, Any]) -> Settings:
    """Raises Unavailable for a value that is not valid, with the values that are."""
    converted: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        if field.name in values:
            try:
                value = msgspec.convert(values[field.name], field.type, strict=False)
                converted[field.name] = CHECKS[field.name](value) if value and field.name in CHECKS else value
            except ValueError as error:
                reason = _allowed(field.type) if isinstance(error, msgspec.ValidationError) else str(error)
                variable = PREFIX + field.name.upper()
                written = shown(variable, str(values[field.name]))[:100]
                raise Unavailable(f"settings: {variable} = {written}: {reason}") from None
    settings = Settings(**converted)
    if bool(settings.smtp_url) != bool(settings.smtp_from):
        raise Unavailable("settings: COTERIE_SMTP_URL and COTERIE_SMTP_FROM must both be set to send mail")
    return settings


def _allowed(type_: Any) -> str:
    """The allowed values of a setting of this type, as text."""
    plain, meta = type_.__origin__, type_.__metadata__[0]
    if plain is bool:
        return "must be true or false"
    if plain is str:
        return "must be text"
    if plain not in (int, float):
        *others, last = get_args(plain)
        return f"must be {', '.join(others)} or {last}"
    number = "a whole number" if plain is int else "a number"
    return f"must be {number} from {meta.ge} to {meta.le}" if meta.le else f"must be {number} of at least {meta.ge}"


def _read_file(file: Path, *, is_named: bool) -> dict[str, Any]:
    """is_named: the file must exist."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except PermissionError as error:
        raise Unavailable(f"settings: {file}: {error.strerror}: run this as the user who owns its folder") from None
    except OSError as error:
        if not is_named and not file.is_file():
            return {}
        raise Unavailable(f"settings: {file}: {error.strerror}") from None
    except ValueError as error:
        raise Unavailable(f'settings: {file}: {error}; a line is log_level = "debug" or backup_hours = 12') from None


def shown(variable: str, value: str) -> str:
    """A value for display: secrets are hidden, and a URL loses its user, password and query."""
    if not value:
        return ""
    if variable.endswith(("_SECRET", "_TOKEN")):
        return "(set)"
    if variable.endswith(("DATABASE_URL", "DATABASE_REPLICA_URL", "SMTP_URL")):
        scheme, _, rest = value.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}" if rest else "(set)"
    return _USER.sub("//", value)


def describe() -> list[tuple[str, str, str]]:
    """(variable, default, description) of each setting, in the order of Settings."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        meta = field.type.__metadata__[0]
        rows.append((PREFIX + field.name.upper(), str(field.default), meta.description))
    return rows
