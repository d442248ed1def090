"""The options that most commands share: the organization, the data folder, and JSON."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, get_type_hints

from msgspec import Struct

from coterie.cli.callers import caller_for_only
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, JsonOption, OnlyOrganizationOption
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx


class Instance(Struct, frozen=True):
    """The instance a command works on, and the organization it acts for."""

    organization: OnlyOrganizationOption = None
    data: DataOption = None

    def open(self) -> AbstractContextManager[Database]:
        """The database; see open_instance."""
        return open_instance(self.data)

    def caller(self, tx: Tx) -> Caller:
        """The command line as a caller; see caller_for_only."""
        return caller_for_only(tx, self.organization)

    @contextmanager
    def read(self) -> Iterator[tuple[Tx, Caller]]:
        """A transaction that reads, and its caller."""
        with self.open() as database, database.read() as tx:
            yield tx, self.caller(tx)

    @contextmanager
    def write(self) -> Iterator[tuple[Tx, Caller]]:
        """A transaction that is committed at the end of the block, and its caller."""
        with self.open() as database, database.write() as tx:
            yield tx, self.caller(tx)


class JsonInstance(Instance, frozen=True):
    """The same for a command that can print JSON."""

    as_json: JsonOption = False


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the fields of its parameter `instance` as options in its place."""
    signature = inspect.signature(command)
    type_ = signature.parameters["instance"].annotation
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(type_(), name), annotation=annotation)
        for name, annotation in get_type_hints(type_, include_extras=True).items()
    ]
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        parameters += (
            options if parameter.name == "instance" else [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
        )

    @wraps(command)
    def run(**values: Any) -> Any:
        instance = type_(**{option.name: values.pop(option.name) for option in options})
        return command(**values, instance=instance)

    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
