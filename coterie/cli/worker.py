"""coterie worker: runs one more worker, for example on another machine."""

import typer

from coterie.cli.child import run_worker, share_interpreter
from coterie.cli.open_instance import open_unmigrated
from coterie.cli.options import DataOption
from coterie.logs import configure_logging
from coterie.settings import load_settings


def register(application: typer.Typer) -> None:
    application.command("worker")(worker)


def worker(data: DataOption = None) -> None:
    """Run one more worker alongside a running instance.

    `coterie serve` already starts one. Workers run imports, mail reminders and fetch pictures. Ctrl-C or SIGTERM stops
    it.
    """
    settings = load_settings(data=data)
    with open_unmigrated(settings):
        pass  # raises if there is no instance
    configure_logging(settings.log_level)
    share_interpreter()
    run_worker(settings, with_parent=False)
