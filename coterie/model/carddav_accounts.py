"""The account of a device: the address of CardDAV, DAVx5's link, Apple's configuration profile."""

from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape  # writes XML only

from msgspec import Struct

ROOT_PATH = "/dav/"


class DeviceAccount(Struct, frozen=True):
    """base_url: of the instance, without a slash at its end. name: of the device. id: of the device."""

    base_url: str
    user: str
    password: str
    name: str
    id: str

    @property
    def url(self) -> str:
        """The address that a phone is set up with."""
        return self.base_url + ROOT_PATH


def davx5_link(account: DeviceAccount) -> str:
    """A link that opens DAVx5's set-up with address and user. The password is not in it: links end up in histories."""
    parts = urlsplit(account.url)
    scheme = "davx5" if parts.scheme == "https" else "davx5+http"
    return f"{scheme}://{quote(account.user, safe='')}@{parts.netloc}{parts.path}"


def mobileconfig(account: DeviceAccount) -> str:
    """A configuration profile with one CardDAV account, for iPhone, iPad and Mac."""
    parts = urlsplit(account.url)
    is_https = parts.scheme == "https"
    settings: list[tuple[str, str | int | bool]] = [
        ("PayloadType", "com.apple.carddav.account"), ("PayloadVersion", 1),
        ("PayloadIdentifier", f"coterie.{account.id}.carddav"), ("PayloadUUID", account.id),
        ("PayloadDisplayName", "Coterie contacts"), ("CardDAVAccountDescription", "Coterie"),
        ("CardDAVHostName", parts.hostname or ""), ("CardDAVPort", parts.port or (443 if is_https else 80)),
        ("CardDAVUseSSL", is_https), ("CardDAVPrincipalURL", parts.path), ("CardDAVUsername", account.user),
        ("CardDAVPassword", account.password),
    ]  # fmt: skip
    outer: list[tuple[str, str | int | bool]] = [
        ("PayloadType", "Configuration"), ("PayloadVersion", 1), ("PayloadIdentifier", f"coterie.{account.id}"),
        ("PayloadUUID", f"{account.id[:-1]}{int(account.id[-1], 16) ^ 1:x}"), ("PayloadDisplayName", account.name),
    ]  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        f'<plist version="1.0">\n<dict>\n{_keys(outer)}<key>PayloadContent</key>\n<array>\n<dict>\n{_keys(settings)}'
        "</dict>\n</array>\n</dict>\n</plist>\n"
    )


def _keys(settings: list[tuple[str, str | int | bool]]) -> str:
    return "".join(f"<key>{name}</key>\n{_value(value)}\n" for name, value in settings)


def _value(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "<true/>" if value else "<false/>"
    return f"<integer>{value}</integer>" if isinstance(value, int) else f"<string>{escape(value)}</string>"
