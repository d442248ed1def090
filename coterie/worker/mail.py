"""Mail goes out by SMTP (RFC 5321), one message per connection, in plain text.

Guarantees. on_accepted is called once the server has taken sender and recipient, just before the text goes out, so that
the caller can write down that from now on the message may have been sent. What fails before it can be tried again
without a second copy; whatever goes wrong after it raises DeliveryUnknown, unless the server itself said no.

smtp:// uses STARTTLS where the server offers it, and never sends a password without it but to this machine itself;
smtps:// speaks TLS from the first byte. Certificates are checked.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
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
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class PermanentFailure(Exception):
    """The server will not take this message, now or later."""


class DeliveryUnknown(Exception):
    """The text was handed over and no answer came: it may have been sent or not."""


class TemporaryFailure(Exception):
    """It did not go out; trying again later may help."""


class Mail(Struct, frozen=True):
    """One message in plain text. key names it: the same key gives the same Message-ID."""

    recipient: str
    subject: str
    text: str
    key: str


def can_mail(settings: Settings) -> bool:
    """Whether the settings say by whom and through which server mail goes out."""
    return bool(settings.smtp_url and settings.smtp_from)


def send(settings: Settings, mail: Mail, on_accepted: Callable[[], None]) -> None:
    """Send one message.

    Raises TemporaryFailure, PermanentFailure or DeliveryUnknown; an exception of on_accepted ends it unsent.
    """
    try:
        server = _connect(settings.smtp_url)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise TemporaryFailure(_reason(error)) from error
    try:
        _deliver(server, settings.smtp_from, mail, on_accepted)
    finally:
        server.close()


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise ValueError("COTERIE_SMTP_URL must begin with smtp:// or smtps:// and name a host")
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo()
        is_private = parts.scheme == "smtps"
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            is_private = True
        if parts.username:
            if not is_private and host not in LOOPBACK:
                raise ValueError("the server offers no STARTTLS: a password is not sent in the clear")
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _deliver(server: smtplib.SMTP, sender: str, mail: Mail, on_accepted: Callable[[], None]) -> None:
    recipient = _on_wire(mail.recipient)
    is_international = not (sender + recipient).isascii()
    if is_international and not server.has_extn("smtputf8"):
        raise PermanentFailure("the mail server takes no international addresses")
    message = write(sender, mail, is_international=is_international)
    options = ["SMTPUTF8", "BODY=8BITMIME"] if is_international else []
    try:
        _expect(server.mail(_bare(sender), options), is_final=False)
        _expect(server.rcpt(recipient), is_final=True)
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(_reason(error)) from error
    on_accepted()
    try:
        answer = server.data(message)
    except smtplib.SMTPDataError as error:
        # the server did not want to hear the text
        _refuse(error.smtp_code, error.smtp_error, is_final=True)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryUnknown(_reason(error)) from error
    _expect(answer, is_final=True)
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        pass  # it has the message


def _expect(answer: tuple[int, bytes], *, is_final: bool) -> None:
    if not 200 <= answer[0] < 300:
        _refuse(*answer, is_final=is_final)


def _refuse(code: int, text: bytes | str, *, is_final: bool) -> NoReturn:
    """A 5xx about this message is its end; about us (the sender) the operator may still mend it."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    reason = f"{code} {_BREAKS.sub(' ', said)[:300]}"
    raise PermanentFailure(reason) if code >= 500 and is_final else TemporaryFailure(reason)


def write(sender: str, mail: Mail, *, is_international: bool = False) -> bytes:
    """The message as it goes over the wire: lines end in CRLF, line breaks in headers are spaces."""
    message = EmailMessage(policy=SMTPUTF8 if is_international else SMTP)
    message["From"] = _address(_bare(sender), _display_name(sender))
    message["To"] = _address(_on_wire(mail.recipient))
    message["Subject"] = _BREAKS.sub(" ", mail.subject).strip()[:SUBJECT_LENGTH_MAX] or "Reminder"
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{re.sub('[^A-Za-z0-9.-]', '-', mail.key)}@{_bare(sender).rpartition('@')[2]}>"
    # programs that answer by themselves leave it alone (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text.replace("\0", ""), charset="utf-8", cte="base64")
    return message.as_bytes()


def _address(address: str, name: str = "") -> Address:
    """For a header; parsing is left out, since it takes no international local part."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _bare(sender: str) -> str:
    """a@b of "Coterie <a@b>", and of a@b itself."""
    match = re.search(r"<([^<>\s]+)>\s*$", sender)
    return _on_wire(match[1] if match else sender.strip())


def _display_name(sender: str) -> str:
    return _BREAKS.sub(" ", sender.partition("<")[0]).strip().strip('"') if "<" in sender else ""


def _on_wire(address: str) -> str:
    """An address with its domain in ASCII (RFC 3490, as the standard library has it)."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _reason(error: Exception) -> str:
    return _BREAKS.sub(" ", f"{type(error).__name__}: {error}")[:300]
