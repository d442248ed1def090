"""coterie check: compares the stored data with its invariants, and repairs what can be repaired."""

from typing import Annotated

import typer

from coterie.checks.run import CheckResult, run_checks
from coterie.cli.open_instance import open_current
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.settings import load_settings


def register(application: typer.Typer) -> None:
    application.command("check")(check)


def check(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read every file, every word of the search index and the database file.")
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired without losing data.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that the stored data is consistent. Without --repair nothing is changed.

    The instance may be running. The exit code is 1 if problems are left.
    """
    settings = load_settings(data=data)
    results = []
    with open_current(settings) as database:
        for result in run_checks(database, settings, is_deep=deep, is_repairing=repair):
            results.append(result)
            if not as_json:
                _print(result)
    if as_json:
        print_json(results)
    else:
        typer.echo(_summary(results, is_deep=deep, is_repairing=repair))
    if any(result.open_count for result in results):
        raise typer.Exit(1)


def _print(result: CheckResult) -> None:
    state = "ok"
    if result.problem_count:
        state = f"{result.problem_count:,} {'problem' if result.problem_count == 1 else 'problems'}"
        state += f", {result.repaired_count:,} repaired" if result.repaired_count else ""
    typer.echo(f"{result.name:<20} {state}")
    for example in result.examples:
        typer.echo(f"    {printable(example.subject)} {printable(example.text)}")
    if result.problem_count > len(result.examples):
        typer.echo(f"    and {result.problem_count - len(result.examples):,} more")
    if result.open_count and result.hint:
        typer.echo(f"    Hint: {result.hint}.")


def _summary(results: list[CheckResult], *, is_deep: bool, is_repairing: bool) -> str:
    left = sum(result.open_count for result in results)
    repaired = sum(result.repaired_count for result in results)
    repairable = sum(result.open_count for result in results if result.is_repairable)
    if is_repairing:
        return f"{repaired:,} repaired, {left:,} left."
    if not left:
        return "No problems found."
    options = "--deep --repair" if is_deep else "--repair"
    return f"{left:,} found. `coterie check {options}` can repair {repairable:,} of them."
