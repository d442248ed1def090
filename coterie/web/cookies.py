"""The cookies of the pages. Over HTTPS their names begin with __Host-, so no other host or path can set them."""

from http.cookies import CookieError, SimpleCookie

from msgspec import Struct

from coterie.http.asgi import Headers
from coterie.settings import Settings
from coterie.web.columns import COLUMNS, read_columns

SESSION = "coterie_session"
# of a visitor without a session: the value from which the token of the sign-in form is derived
VISITOR = "coterie_visitor"
MESSAGE = "coterie_message"
# preferences of this browser: name -> its values, of which the first is the default
PREFERENCES = {"theme": ("system", "light", "dark"), "density": ("normal", "compact"), "shortcuts": ("on", "off")}
COLUMNS_NAME = "columns"
_YEAR = 31_536_000


class Cookies(Struct, frozen=True):
    """Reads and writes the cookies of one request."""

    is_https: bool
    values: dict[str, str]

    def get(self, name: str) -> str:
        """The value, "" if it is missing."""
        return self.values.get(self._full(name), "")

    def preferences(self) -> dict[str, str]:
        """Every preference of this browser; the columns of People as names joined by dots."""
        chosen = {
            name: value if (value := self.get(name)) in allowed else allowed[0] for name, allowed in PREFERENCES.items()
        }
        return chosen | {COLUMNS_NAME: ".".join(read_columns(self.get(COLUMNS_NAME)))}

    def header(self, name: str, value: str, seconds: int | None = None) -> str:
        """A Set-Cookie header. seconds: how long it lives, 0 deletes it, None until the browser ends."""
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.is_https else ""
        return f"{self._full(name)}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}"

    def _full(self, name: str) -> str:
        return f"__Host-{name}" if self.is_https else name


def read_cookies(headers: Headers, settings: Settings, scheme: str) -> Cookies:
    """The cookies of a request; none if the header is malformed."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get(b"cookie", b"").decode("latin-1")[:8192])
    except CookieError:
        jar = SimpleCookie()
    is_https = settings.base_url.startswith("https://") or (not settings.base_url and scheme == "https")
    return Cookies(is_https, {name: morsel.value for name, morsel in jar.items()})


def preference_headers(cookies: Cookies, chosen: dict[str, str]) -> list[str]:
    """The headers that store preferences for a year; values that are not allowed are ignored."""
    return [cookies.header(name, value, _YEAR) for name, value in chosen.items() if _is_allowed(name, value)]


def _is_allowed(name: str, value: str) -> bool:
    if name == COLUMNS_NAME:
        return all(each in COLUMNS for each in value.split("."))
    return value in PREFERENCES.get(name, ())
