"""coterie mail-test: sends a test mail with the settings in force."""

from typing import Annotated

import typer

from coterie.cli.options import DataOption
from coterie.errors import Unavailable
from coterie.model.emails import normalize_email
from coterie.model.ids import new_id
from coterie.settings import load_settings
from coterie.worker import mail


def register(application: typer.Typer) -> None:
    application.command("mail-test")(mail_test)


def mail_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The recipient.")],
    data: DataOption = None,
) -> None:
    """Send a test mail with the settings in force."""
    settings = load_settings(data=data)
    normalize_email(address, "address")
    if not mail.can_mail(settings):
        raise Unavailable("COTERIE_SMTP_URL and COTERIE_SMTP_FROM are not set")
    message = mail.Mail(address, "Test mail from Coterie", "Coterie can send mail.\n", f"mail-test.{new_id()}")
    try:
        mail.send(settings, message, lambda: None)
    except (mail.TemporaryFailure, mail.PermanentFailure, mail.DeliveryUnknown) as error:
        raise Unavailable(f"the mail was not accepted: {error}") from None
    typer.echo(f"The mail server accepted a test mail to {address}.")
