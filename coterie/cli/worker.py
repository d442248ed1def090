"""coterie worker: one more background process, for a machine of its own; `coterie serve` starts one by itself."""

import typer

from coterie.cli.child import run_worker
from coterie.cli.common import DataOption, prepare
from coterie.observe import configure_logging


def register(application: typer.Typer) -> None:
    application.command("worker")(worker)


def worker(data: DataOption = None) -> None:
    """Run one more worker beside a running instance.

    `coterie serve` starts one by itself: imports, reminders and pictures are its work. Ctrl-C or SIGTERM stops it.
    """
    settings = prepare(data)
    configure_logging(settings.log_level)
    run_worker(settings, with_parent=False)
