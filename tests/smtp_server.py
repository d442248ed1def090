"""A real SMTP server on loopback. It stores the mail it receives, and misbehaves on request."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


class Inbox:
    """The received messages, parsed and as they came, and the replies to give.

    cut: closes the connection after the text was received. data_replies: the replies for single recipients.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], EmailMessage]] = []
        self.received: list[bytes] = []
        self.rcpt_reply = OK
        self.data_reply = OK
        self.data_replies: dict[str, str] = {}
        self.cut = False

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for _, message in self.messages]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_reply == OK:
            envelope.rcpt_tos.append(address)
        return self.rcpt_reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.data_replies.get(envelope.rcpt_tos[0], self.data_reply)
        if reply == OK:
            assert isinstance(envelope.content, bytes)
            self.received.append(envelope.content)
            message = BytesParser(policy=POLICY).parsebytes(envelope.content)
            assert isinstance(message, EmailMessage)
            self.messages.append((list(envelope.rcpt_tos), message))
        if self.cut:
            assert server.transport is not None
            server.transport.abort()
        return reply


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    inbox: Inbox, port: int, *, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    """Serves while the block runs. login: the required (user, password). tls: offers STARTTLS."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(
            handled=False, success=login is not None and (given.login.decode(), given.password.decode()) == login
        )

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        authenticator=check if login else None,
        auth_required=bool(login and tls),
        auth_require_tls=bool(login and tls),
        tls_context=tls,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()
