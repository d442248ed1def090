"""Databases and clients for all tests. A test that takes `database`, `world` or `inro` runs on both engines.

`database` is shared by the tests of a process; each test makes organizations of its own, as tenants do.
`fresh_database` belongs to one test, for what is global: the job queue, migrations, the file itself.
A missing engine is an error, not a skip.
"""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from client import Client
from copied_worlds import worlds_in
from databases import copy_instance, make_settings
from postgres import Server, ensure_server
from r0_client import R0
from world import LEAST_WORK, World, make_world

from coterie.actions import logins, passwords
from coterie.app import create_app
from coterie.imports import stage_upload
from coterie.settings import Settings
from coterie.store.database import Database, open_database

ENGINES = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 4 * 1024**3
# so many new objects later, garbage is looked for
GARBAGE_AT = 20_000
# the marker expression of `make quick`
QUICK = "not slow and not postgresql"
# audit events: https://docs.python.org/3/library/audit_events.html
STARTS = {"os.fork", "os.posix_spawn", "subprocess.Popen"}

# a commit passes or fails the same way each time; `make explore` draws other examples
# nor does a busy machine fail it: only `deadline` and `too_slow` look at the clock
_UNHURRIED: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("same", derandomize=True, database=None, **_UNHURRIED)
hypothesis.settings.register_profile("explore", derandomize=False, **_UNHURRIED)
hypothesis.settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    _use_memory()
    _store_bytecode()
    # while tests are collected nothing is garbage: a fifth of that time went into looking for it
    gc.disable()
    # under xdist the controller starts the server that its workers share
    if getattr(config.option, "numprocesses", None) and config.option.markexpr != QUICK:
        ensure_server()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeats a test for each engine. For `make quick` it is SQLite alone: tests that are left out take time too."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "engine" in metafunc.fixturenames and not any("engine" in mark.args[0] for mark in marks):
        engines = ENGINES[:1] if metafunc.config.option.markexpr == QUICK else ENGINES
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and _needs_postgres(item):
            item.add_marker(pytest.mark.postgresql)


def pytest_collection_finish(session: pytest.Session) -> None:
    # 16,000 tests are a million objects that every full collection of garbage would look through. What of them is
    # garbage stays: looking for it would take half a second of each process
    gc.freeze()
    # with the 700 objects of Python 3.11, a twentieth of the time of all tests goes into looking for garbage
    gc.set_threshold(GARBAGE_AT)
    gc.enable()
    if session.config.option.markexpr == QUICK:
        sys.addaudithook(_refuse_programs)


def _needs_postgres(item: pytest.Function) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return "postgresql" in parameters.values() or "postgres" in item.fixturenames


def _refuse_programs(event: str, arguments: Any) -> None:
    if event in STARTS:
        raise AssertionError("`make quick` starts no other program: mark this test with pytest.mark.slow")


def _use_memory() -> None:
    """Puts temporary folders into memory if there is enough: no test is about the disk, and fsync takes most time."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _store_bytecode() -> None:
    """Stores compiled tests and modules even if the environment says not to: compiling them takes 8 s a process."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.fixture(scope="session", autouse=True)
def _unhurried() -> Iterator[None]:
    """A short file is staged in its request on a busy machine too; tests of the time limit give their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_upload, "SECONDS", 60.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed with the least work; with the usual work each takes 64 MB and a fifth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (logins, passwords):
            patch.setattr(module, "PasswordHasher", lambda: LEAST_WORK)
        yield


@pytest.fixture(scope="session")
def postgres() -> Server:
    return ensure_server()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def settings(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    return make_settings(engine, tmp_path_factory.mktemp(engine), request, log_requests=False)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture
def fresh_settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """An instance that was never started: its database is empty, unless the test takes `fresh_database` too."""
    if "fresh_world" in request.fixturenames:
        original: World = request.getfixturevalue("first_world")
        return copy_instance(original.database.settings, tmp_path, request)
    return make_settings(engine, tmp_path, request, is_migrated="fresh_database" in request.fixturenames)


@pytest.fixture
def fresh_database(fresh_settings: Settings) -> Iterator[Database]:
    database = open_database(fresh_settings)
    yield database
    database.close()


@pytest.fixture(scope="session")
def first_world(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> World:
    """A world in a database of its own, which is closed: each `fresh_world` is a copy."""
    database = open_database(make_settings(engine, tmp_path_factory.mktemp("first"), request))
    world = make_world(database)
    database.close()
    return world


@pytest.fixture
def fresh_world(fresh_database: Database, first_world: World) -> World:
    """A world alone in `fresh_database`. A copy costs no statement; actions make a world with 65."""
    return replace(first_world, database=fresh_database)


@pytest.fixture
def world(database: Database) -> World:
    return worlds_in(database).next()


@pytest.fixture(scope="session")
def client(database: Database, settings: Settings) -> Iterator[Client]:
    """The whole application, called in this process; every response is checked against the contract's document."""
    client = Client(create_app(database, settings))
    yield client
    client.close()


@pytest.fixture
def inro(client: Client, world: World) -> Client:
    """The application as Alice's programs call it."""
    return client.with_token(world.alice_token)


@pytest.fixture
def hub(client: Client, world: World) -> Client:
    """The application as Alice's programs call our own contract."""
    return client.with_token(world.alice_token)


@pytest.fixture
def r0(client: Client, world: World) -> R0:
    """R0's contract for Alice's organization, with her token."""
    return R0(client.with_token(world.alice_token), f"/api/v1/orgs/{world.organization.uuid}")
