"""coterie jobs: lists the worker's jobs, retries and drops them."""

from typing import Annotated, Any

import typer

from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import NotFound
from coterie.model.jobs import Job
from coterie.store import job_reports

LISTED_MAX = 1000
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of a job, as `coterie jobs` lists it.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(
        help="List the jobs that are not done; retry or drop one.", invoke_without_command=True, no_args_is_help=False
    )
    commands.callback()(list_jobs)
    commands.command("retry")(retry)
    commands.command("drop")(drop)
    application.add_typer(commands, name="jobs")


def list_jobs(context: typer.Context, *, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the jobs that wait, run or are dead, oldest first; up to 1,000.

    A dead job has failed as often as it may; it stays until it is retried or dropped.
    """
    if context.invoked_subcommand:
        return
    with open_instance(data) as database, database.read() as tx:
        jobs = job_reports.list_open_jobs(tx, limit=LISTED_MAX)
    if as_json:
        print_json([_as_json(job) for job in jobs])
        return
    if not jobs:
        typer.echo("No jobs wait.")
    for job in jobs:
        attempts = f"{job.attempt_count} of {job.attempts_max} attempts"
        typer.echo(f"{job.id} {job.name}: {job.state}, {attempts}, due {job.run_at[:16]}")
        if job.last_error:
            typer.echo(f"    {printable(job.last_error)}")


def retry(job_id: IdArgument, *, data: DataOption = None) -> None:
    """Make a dead or waiting job due now, with all its attempts."""
    with open_instance(data) as database, database.write() as tx:
        if not job_reports.retry_job(tx, job_id):
            raise NotFound(f"No job {job_id} is waiting or dead")
    typer.echo(f"Job {job_id} is due now.")


def drop(job_id: IdArgument, *, data: DataOption = None) -> None:
    """Delete a dead or waiting job; its work is not done."""
    with open_instance(data) as database, database.write() as tx:
        if not job_reports.drop_job(tx, job_id):
            raise NotFound(f"No job {job_id} is waiting or dead")
    typer.echo(f"Job {job_id} is dropped.")


def _as_json(job: Job) -> dict[str, Any]:
    names = ("id", "organization_id", "name", "state", "run_at", "attempt_count", "attempts_max", "last_error",
             "created_at", "updated_at", "finished_at")  # fmt: skip
    return {name: getattr(job, name) for name in names}
