"""Sends mail by SMTP (RFC 5321): plain text, one message per connection.

Guarantees. on_accepted is called after the server has accepted sender and recipient, just before the text is sent, so
that the caller can record that the message may have been sent from then on. A failure before that can be retried
without risking a second copy. A failure after it raises DeliveryUnknown, unless the server rejected the message.

smtp:// uses STARTTLS if the server offers it, and sends a password without it to the local machine only. smtps:// uses
TLS from the start. Certificates are verified.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from coterie.settings import Settings

TIMEOUT_SECONDS = 15.0
SUBJECT_LENGTH_MAX = 200
LINE_LENGTH_MAX = 60
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class PermanentFailure(Exception):
    """The server permanently rejects this message."""


class DeliveryUnknown(Exception):
    """The text was sent and no response arrived: the message may have been delivered or not."""


class TemporaryFailure(Exception):
    """The message was not sent; a later attempt may succeed."""


class Unreachable(TemporaryFailure):
    """The server cannot be reached or used: no other message can be sent now either."""


class Mail(Struct, frozen=True):
    """One message in plain text. The same key gives the same Message-ID."""

    recipient: str
    subject: str
    text: str
    key: str


def can_mail(settings: Settings) -> bool:
    """Whether the settings have a server and a sender."""
    return settings.can_mail


def send(settings: Settings, mail: Mail, on_accepted: Callable[[], None]) -> None:
    """Sends one message.

    Raises TemporaryFailure, which may be Unreachable; PermanentFailure; DeliveryUnknown. If on_accepted raises, the
    message is not sent.
    """
    try:
        server = _connect(settings.smtp_url, requires_tls=settings.smtp_requires_tls)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Unreachable(_reason(error)) from error
    try:
        _deliver(server, settings.smtp_from, mail, on_accepted)
    finally:
        server.close()


def _connect(url: str, *, requires_tls: bool) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise ValueError("COTERIE_SMTP_URL must begin with smtp:// or smtps:// and name a host")
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        is_private = parts.scheme == "smtps"
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            is_private = True
        if requires_tls and not is_private:
            raise ValueError("the server offers no STARTTLS, which COTERIE_SMTP_REQUIRES_TLS demands")
        if parts.username:
            if not is_private and host not in LOOPBACK:
                raise ValueError("the server offers no STARTTLS, and a password is not sent without encryption")
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _deliver(server: smtplib.SMTP, sender: str, mail: Mail, on_accepted: Callable[[], None]) -> None:
    recipient = _on_wire(mail.recipient)
    is_international = not (sender + recipient).isascii()
    if is_international and not server.has_extn("smtputf8"):
        raise PermanentFailure("the mail server does not support international addresses")
    message = write(sender, mail, is_international=is_international)
    options = ["SMTPUTF8", "BODY=8BITMIME"] if is_international else []
    try:
        _expect(server.mail(_bare(sender), options), is_final=False)
        _expect(server.rcpt(recipient), is_final=True)
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(_reason(error)) from error
    on_accepted()
    try:
        response = server.data(message)
    except smtplib.SMTPDataError as error:
        # rejected before the text was sent
        _fail(error.smtp_code, error.smtp_error, is_final=True)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryUnknown(_reason(error)) from error
    _expect(response, is_final=True)
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        pass  # the message has been accepted


def _expect(response: tuple[int, bytes], *, is_final: bool) -> None:
    if not 200 <= response[0] < 300:
        _fail(*response, is_final=is_final)


def _fail(code: int, text: bytes | str, *, is_final: bool) -> NoReturn:
    """A 5xx is permanent if it is about the message. About the sender, the operator can fix the cause."""
    response = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    reason = f"{code} {_BREAKS.sub(' ', response)[:300]}"
    raise PermanentFailure(reason) if code >= 500 and is_final else TemporaryFailure(reason)


def write(sender: str, mail: Mail, *, is_international: bool = False) -> bytes:
    """The message in its wire format: lines end in CRLF. The subject is literal text; its line breaks become spaces.

    Raises PermanentFailure if a value has added, or changed the place of, a header.
    """
    message = EmailMessage(policy=SMTPUTF8 if is_international else SMTP)
    message["From"] = _address(_bare(sender), _display_name(sender))
    message["To"] = _address(_on_wire(mail.recipient))
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{re.sub('[^A-Za-z0-9.-]', '-', mail.key)}@{_bare(sender).rpartition('@')[2]}>"
    # keeps auto-responders from answering (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text.replace("\0", ""), charset="utf-8", cte="base64")
    whole = _subject_line(mail.subject) + message.as_bytes()
    if _header_names(whole) != ["subject", *(name.lower() for name in message)]:
        raise PermanentFailure("a value would change the headers of the message")
    return whole


def _subject_line(subject: str) -> bytes:
    """Encoded here because EmailMessage decodes the encoded words (RFC 2047) of a text, line breaks included.

    A reader's mail program would decode them too: text that contains one is encoded once more.
    """
    literal = _BREAKS.sub(" ", subject).strip()[:SUBJECT_LENGTH_MAX] or "Reminder"
    is_plain = literal.isascii() and "=?" not in literal and len(literal) <= LINE_LENGTH_MAX
    charset = "us-ascii" if is_plain else "utf-8"
    encoded = Header(literal, charset, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {encoded}\r\n".encode("ascii")


def _header_names(message: bytes) -> list[str]:
    """The names of the headers, in lower case, up to the first empty line. Continued lines have none."""
    lines = re.split(rb"\r\n|\r|\n", message.partition(b"\r\n\r\n")[0])
    return [line.partition(b":")[0].decode("latin-1").lower() for line in lines if line[:1] not in (b" ", b"\t")]


def _address(address: str, name: str = "") -> Address:
    """For a header. Built without the library's parser, which rejects international local parts."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _bare(sender: str) -> str:
    """The address of "Coterie <a@b>" or of "a@b"."""
    match = re.search(r"<([^<>\s]+)>\s*$", sender)
    return _on_wire(match[1] if match else sender.strip())


def _display_name(sender: str) -> str:
    return _BREAKS.sub(" ", sender.partition("<")[0]).strip().strip('"') if "<" in sender else ""


def _on_wire(address: str) -> str:
    """The address with its domain in ASCII (RFC 3490, the standard library's version of IDNA)."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _reason(error: Exception) -> str:
    return _BREAKS.sub(" ", f"{type(error).__name__}: {error}")[:300]
