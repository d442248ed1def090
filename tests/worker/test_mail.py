"""One message of mail, against a real SMTP server on loopback."""

import re
import ssl
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import compat32
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis.strategies import characters, text
from msgspec.structs import replace
from smtp_server import Inbox, serving

from coterie.cli.mail_test import mail_test
from coterie.errors import Invalid, Unavailable
from coterie.settings import Settings
from coterie.worker import mail

MAIL = mail.Mail("marge@example.org", "Hello", "Dear Marge\n", "key-1")


def test_a_message_arrives_as_it_was_written(smtp: Settings, inbox: Inbox) -> None:
    text = "Ünïcödé 🎂\n.a line that begins with a dot\n" + "long " * 400
    handed: list[int] = []
    mail.send(smtp, replace(MAIL, subject="Grüße 🎂", text=text), lambda: handed.append(len(inbox.messages)))
    ((recipients, message),) = inbox.messages
    assert recipients == ["marge@example.org"]
    assert (message["Subject"], message.get_content().split()) == ("Grüße 🎂", text.split())
    assert "\r\n.a line" in message.get_content()
    assert message["From"] == "Coterie <coterie@springfield.example>"
    assert message["Message-ID"] == "<key-1@springfield.example>"
    assert handed == [0]


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: evil@example.org", "Hi\nBcc: x@y.example\n\nbody", "a\0\x85b\u2028c"])
def test_a_subject_cannot_add_a_header(smtp: Settings, inbox: Inbox, subject: str) -> None:
    mail.send(smtp, replace(MAIL, subject=subject), lambda: None)
    ((recipients, message),) = inbox.messages
    assert recipients == ["marge@example.org"]
    assert message["Bcc"] is None and message.get_content() == "Dear Marge\r\n"


WORDS = (
    "Remember =?utf-8?q?Z=0D=0A=0D=0AYour_session_expired:_http://evil.example/?=",
    "=?utf-8?q?Z=0D=0AReply-To:_evil@example.org=0D=0AContent-Type:_text/html?=",
    "=?utf-8?b?Wg0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
    "=?utf-8*en?q?Z=0AX:y?= =?iso-8859-1?q?=0D=0A_z?=",
    "=?=?utf-8?q?Z=0D=0AX:y?=?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3FZ=0D=0AX:y=3F=3D?=",
    "Ünïcode =?utf-8?q?=0D=0A=0D=0Abody?= " + "=?utf-8?q?=0D=0AX:y?=" * 5,
    "?= =?",
)


@pytest.mark.parametrize("subject", WORDS)
def test_an_encoded_word_in_a_subject_is_literal_text(smtp: Settings, inbox: Inbox, subject: str) -> None:
    mail.send(smtp, replace(MAIL, subject=subject), lambda: None)
    ((_, message),) = inbox.messages
    head, _, body = inbox.received[0].partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" "]
    assert names == [
        b"Subject", b"From", b"To", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Type",
        b"Content-Transfer-Encoding", b"MIME-Version",
    ]  # fmt: skip
    assert b64decode(body) == b"Dear Marge\r\n"
    (line,) = re.findall(rb"Subject: ([^\r]*(?:\r\n [^\r]*)*)", head)
    assert "".join(text if isinstance(text, str) else text.decode(charset or "ascii")
                   for text, charset in decode_header(line.decode())) == subject  # fmt: skip
    assert message.get_content() == "Dear Marge\r\n"


@given(text(characters(exclude_categories=["Cs"]), max_size=300))
def test_any_subject_leaves_the_headers_and_the_text_alone(subject: str) -> None:
    sent = mail.write("a@b.example", replace(MAIL, subject=subject))
    message = BytesParser(policy=compat32).parsebytes(sent)
    assert message.keys()[0] == "Subject" and len(message.keys()) == len(set(message.keys())) == 9
    assert message.get_payload(decode=True) == b"Dear Marge\r\n"
    shown = str(make_header(decode_header(message["Subject"])))
    assert (
        shown.split()
        == (re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", subject).strip()[:200] or "Reminder").split()
    )


def test_a_subject_of_nothing_or_of_very_much_goes_out(smtp: Settings, inbox: Inbox) -> None:
    for subject in ("", "\r\n", "x" * 5000, "ש" * 1000):
        mail.send(smtp, replace(MAIL, subject=subject), lambda: None)
    assert [len(subject) for subject in inbox.subjects] == [8, 8, 200, 200]


def test_an_international_address_is_reached(smtp: Settings, inbox: Inbox) -> None:
    mail.send(smtp, replace(MAIL, recipient="jürgen@bücher.example"), lambda: None)
    assert inbox.messages[0][0] == ["jürgen@xn--bcher-kva.example"]


def test_no_mail_goes_out_in_the_clear_where_tls_is_required(smtp: Settings, inbox: Inbox) -> None:
    strict = replace(smtp, smtp_requires_tls=True)
    with pytest.raises(mail.TemporaryFailure, match="COTERIE_SMTP_REQUIRES_TLS"):
        mail.send(strict, mail.Mail("a@example.org", "s", "t", "k"), lambda: None)


def test_a_password_is_given_and_a_wrong_one_can_be_mended(port: int, smtp: Settings) -> None:
    inbox = Inbox()
    with serving(inbox, port, login=("marge", "p:w@1")):
        right = replace(smtp, smtp_url=f"smtp://marge:p%3Aw%401@127.0.0.1:{port}")
        mail.send(right, MAIL, lambda: None)
        with pytest.raises(mail.TemporaryFailure, match="535"):
            mail.send(replace(smtp, smtp_url=f"smtp://marge:no@127.0.0.1:{port}"), MAIL, lambda: None)
    assert len(inbox.messages) == 1


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signed itself: (its file, the server's side of TLS)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return public, context


def test_starttls_is_used_where_it_is_offered_and_the_certificate_is_checked(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, tls = _certificate(tmp_path)
    inbox = Inbox()
    settings = Settings(smtp_url=f"smtp://marge:secret@127.0.0.1:{port}", smtp_from="a@b.example")
    with serving(inbox, port, login=("marge", "secret"), tls=tls):
        with pytest.raises(mail.TemporaryFailure, match="CERTIFICATE_VERIFY_FAILED"):
            mail.send(settings, MAIL, lambda: None)
        assert not inbox.messages
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        mail.send(settings, MAIL, lambda: None)
    assert len(inbox.messages) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1", "smtp://", "smtp://127.0.0.1:99999999", "nonsense"])
def test_a_setting_that_is_no_server_is_an_error_that_says_so(smtp: Settings, url: str) -> None:
    with pytest.raises(mail.TemporaryFailure):
        mail.send(replace(smtp, smtp_url=url), MAIL, lambda: None)


@pytest.mark.parametrize(
    ("rcpt", "data", "error"),
    [
        ("550 no such user", "250 OK", mail.PermanentFailure),
        ("451 later", "250 OK", mail.TemporaryFailure),
        ("250 OK", "554 spam", mail.PermanentFailure),
        ("250 OK", "452 disk full", mail.TemporaryFailure),
    ],
)
def test_a_no_is_for_good_or_for_now(
    smtp: Settings, inbox: Inbox, rcpt: str, data: str, error: type[Exception]
) -> None:
    inbox.rcpt_reply, inbox.data_reply = rcpt, data
    handed: list[bool] = []
    with pytest.raises(error):
        mail.send(smtp, MAIL, lambda: handed.append(True))
    assert bool(handed) is (rcpt == "250 OK") and not inbox.messages


def test_a_connection_lost_after_the_text_leaves_it_uncertain(smtp: Settings, inbox: Inbox) -> None:
    inbox.cut = True
    with pytest.raises(mail.DeliveryUnknown):
        mail.send(smtp, MAIL, lambda: None)
    assert len(inbox.messages) == 1


def test_the_command_sends_a_test_mail_or_says_why_not(
    smtp: Settings, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COTERIE_DATA", str(tmp_path))
    with pytest.raises(Unavailable, match="are not set"):
        mail_test("homer@springfield.example")
    monkeypatch.setenv("COTERIE_SMTP_URL", smtp.smtp_url)
    monkeypatch.setenv("COTERIE_SMTP_FROM", smtp.smtp_from)
    with pytest.raises(Invalid, match="address"):
        mail_test("homer")
    mail_test("homer@springfield.example")
    assert "accepted a test mail to homer@springfield.example" in capsys.readouterr().out
    monkeypatch.setenv("COTERIE_SMTP_URL", "smtp://127.0.0.1:1")
    with pytest.raises(Unavailable, match="the mail was not accepted: ConnectionRefusedError"):
        mail_test("homer@springfield.example")
