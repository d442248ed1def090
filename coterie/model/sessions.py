"""Sessions: users signed in with a browser."""

import hashlib
import hmac
import re

from msgspec import Struct

USER_AGENT_LENGTH_MAX = 300
_BROWSERS = (
    ("Edge", r"\bEdg(A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


class Session(Struct, frozen=True):
    """A session without its token. last_used_at is at most an hour old while the session is in use."""

    id: str
    user_id: str
    user_agent: str
    created_at: str
    last_used_at: str

    @property
    def device(self) -> str:
        """The browser and the system, such as "Firefox on Android"; "Unknown device" if neither is recognized."""
        names = [
            next((name for name, pattern in table if re.search(pattern, self.user_agent)), "")
            for table in (_BROWSERS, _SYSTEMS)
        ]
        return " on ".join(filter(None, names)) or "Unknown device"


def form_token(cookie: str) -> str:
    """The token that every form of a browser with this cookie carries. It does not reveal the cookie."""
    return hmac.new(cookie.encode(), b"coterie form token", hashlib.sha256).hexdigest()
