"""Handles of a card: TEL, EMAIL, URL, IMPP, messengers and social profiles."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from coterie.model.imports import HandleDraft
from coterie.vcard import values
from coterie.vcard.channels import channel_of_service, is_linkedin, label_of_types, messenger_of
from coterie.vcard.lines import Property
from coterie.vcard.reading import free_label

_EXTENSION = re.compile(r";ext=([^;]*)", re.IGNORECASE)
_TEL_PARAMETER = re.compile(r";.*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.+)", re.DOTALL)


NOT_PREFERRED = 101


def preference_of(entry: Property) -> int:
    """The PREF of a property (RFC 6350, section 5.3): 1 to 100, of which 1, or the type pref, is the most preferred;
    NOT_PREFERRED without one."""
    if any(name in ("pref", "PREF") for name in entry.parameters.get("TYPE", ())):
        return 1
    text = entry.first("PREF")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 3 else NOT_PREFERRED


def read_handle(entry: Property, labels: Mapping[str, str]) -> HandleDraft | None:
    """The handle of a property; None if it is empty. labels: group in lower case -> X-ABLabel."""
    value = values.line(entry.value)
    if value is None:
        return None
    label = free_label(entry, labels)
    types = entry.parameters.get("TYPE", ())
    is_primary = preference_of(entry) == 1
    name = entry.name
    if name == "TEL":
        return HandleDraft("phone", _phone(value), label or label_of_types(types), is_primary)
    if name == "EMAIL":
        address = value[7:] if value[:7].lower() == "mailto:" else value
        return HandleDraft("email", address, label or label_of_types(types), is_primary)
    if name == "URL":
        own_channel = channel_of_service(entry.first("X-CHANNEL"))
        channel = own_channel or ("linkedin" if is_linkedin(value) else "website")
        return HandleDraft(channel, value, label or label_of_types(types), is_primary)
    if name == "IMPP":
        return _messenger(entry, value, label, is_primary)
    if service := messenger_of(name):
        channel = channel_of_service(service) or "other"
        own_label = service if channel == "other" else label_of_types(types)
        return HandleDraft(channel, value, label or own_label, is_primary)
    return _profile(entry, value, label, is_primary)


def _phone(value: str) -> str:
    """A number as written. A tel: URI (RFC 3966) loses its scheme; its extension becomes "ext. 12"."""
    if value[:4].lower() != "tel:":
        return value
    extension = _EXTENSION.search(value)
    number = unquote(_TEL_PARAMETER.sub("", value[4:]))
    return f"{number} ext. {unquote(extension[1])}" if extension and extension[1] else number


def _messenger(entry: Property, value: str, label: str | None, is_primary: bool) -> HandleDraft:
    """IMPP (RFC 4770). The service is Apple's X-SERVICE-TYPE or the scheme, which is removed from the value."""
    scheme, address = "", value
    if match := _SCHEME.fullmatch(value):
        scheme, address = match[1].lower(), unquote(match[2]).removeprefix("//")
    service_type = entry.first("X-SERVICE-TYPE") or entry.first("SERVICE-TYPE")
    if scheme in ("http", "https"):
        scheme, address = "", value
    channel = channel_of_service(service_type) or channel_of_service(scheme) or "other"
    service = (service_type or scheme).lower() or None
    plain = service if channel == "other" else label_of_types(entry.parameters.get("TYPE", ()))
    return HandleDraft(channel, address.strip() or value, label or plain, is_primary)


def _profile(entry: Property, value: str, label: str | None, is_primary: bool) -> HandleDraft:
    """X-SOCIALPROFILE (Apple), SOCIALPROFILE (RFC 9554): the username if it is given, otherwise the link."""
    types = [name for name in entry.parameters.get("TYPE", ()) if name.lower() != "pref"]
    services = [name for name in (entry.first("SERVICE-TYPE"), *types) if name]
    channel, service = "other", ""
    for service in services:
        if (match := channel_of_service(service)) is not None:
            channel = match
            break
    rest = tuple(name for name in types if name != service)
    user = entry.first("X-USER") or entry.first("USERNAME") or entry.first("X-USERID")
    if value[:8].lower() == "x-apple:":
        value = unquote(value[8:]) or value
    if user and not (channel == "linkedin" and "://" in value):
        value = user
    if channel == "other" and services and service.lower() != "other":
        label = label or services[0].lower()
    return HandleDraft(channel, value, label or label_of_types(rest), is_primary)
