"""schemathesis over every operation of every contract: input made from the OpenAPI document, answers held against it.

Each operation gets a few inputs the document allows, below ids that exist, and a few it forbids. Whatever comes, the
response must not be a server error and must have a status, a media type, headers and a body the document knows.

Not asked: that everything the document forbids is refused (a form can only say text, so "12" is a number: leniency is
the contracts' manner) and that everything it allows is accepted (an e-mail address is no matter of JSON Schema). Tokens
and methods are walked by tests/test_routes.py and tests/api/test_http.py.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest
import schemathesis
from client import Client, contract_document
from furnished import Alice, furnish
from hypothesis import HealthCheck, Phase, assume, given, settings
from msgspec import Struct
from requests import Request
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from coterie.api.dispatch import ContractApp
from coterie.api.hub.routes import HUB
from coterie.api.openapi import document
from coterie.api.route import Contract, Route
from coterie.app import CONTRACTS
from coterie.errors import CoterieError
from coterie.http.authentication import Authentication
from coterie.http.background import BackgroundWrites
from coterie.http.requests import RequestRecorder
from coterie.http.responses import Response
from coterie.settings import Settings
from coterie.store.database import Database

pytestmark = pytest.mark.slow

URL = "http://testserver"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 3, GenerationMode.NEGATIVE: 2}
Send = Callable[[httpx.Request], httpx.Response]


def operations(contract: Contract) -> dict[str, Any]:
    """label -> operation, as schemathesis reads the document of a contract."""
    whole = document(contract, URL)
    for path in whole["paths"].values():
        for operation in path.values():
            del operation["security"]  # tokens are not what is tried here
    schema = schemathesis.openapi.from_dict(whole)
    schema.config.phases.coverage.unexpected_methods = set()  # of no operation
    return {operation.label: operation for operation in (each.ok() for each in schema.get_all_operations())}


@cache
def operation_of(contract_name: str, label: str) -> Any:
    """An operation; those of its contract are read once, and not by a process that tests none of them."""
    return _operations_of(contract_name)[label]


@cache
def _operations_of(contract_name: str) -> dict[str, Any]:
    return operations(next(contract for contract in CONTRACTS if contract.name == contract_name))


def _labels(*, with_input: bool) -> list[tuple[Contract, str]]:
    """(contract, label of an operation); deletions last, so that the others find something."""
    labels = [
        (contract, f"{method.upper()} {path}")
        for contract in CONTRACTS
        for path, methods in contract_document(contract.name)["paths"].items()
        for method, operation in methods.items()
        if not with_input or _has_input(operation)
    ]
    return sorted(labels, key=lambda each: each[1].startswith("DELETE"))


def _has_input(operation: dict[str, Any]) -> bool:
    return "requestBody" in operation or any(each["in"] == "query" for each in operation.get("parameters", ()))


def _name_of(value: Any) -> str:
    return value.name if isinstance(value, Contract) else value


# httpx builds no longer ones
URL_LENGTH_MAX = 60_000


def attack(operation: Any, send: Send, token: str, ids: dict[str, str], mode: GenerationMode) -> int:
    """Send a few requests made for an operation and check each response; how many were sent."""
    sent = 0

    @settings(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        nonlocal sent
        request = request_of(case, token, ids)
        assume(len(str(request.url)) < URL_LENGTH_MAX)
        case.validate_response(send(request), checks=CHECKS)
        sent += 1

    run()
    return sent


def attack_boundaries(operation: Any, send: Send, token: str, ids: dict[str, str]) -> int:
    """Send the values at and beyond each limit of an operation (the coverage phase); how many were sent."""
    schema = operation.schema
    cases = schema.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=schema.config.generation_for(operation=operation),
    )
    sent = 0
    for case in cases:
        case.validate_response(send(request_of(case, token, ids)), checks=CHECKS)
        sent += 1
    return sent


def request_of(case: Any, token: str, ids: dict[str, str]) -> httpx.Request:
    """The request of a case, with the headers that it gives, the token, and ids in its path."""
    case.path_parameters |= {name: value for name, value in ids.items() if name in case.path_parameters}
    request = Request(**case.as_transport_kwargs(base_url=URL)).prepare()
    names = {"content-type", *(name.lower() for name in case.headers or ())}
    headers = {name: value for name, value in request.headers.items() if name.lower() in names}
    headers["authorization"] = f"Bearer {token}"
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    return httpx.Request(str(request.method), str(request.url), headers=headers, content=body)


@pytest.fixture(scope="module")
def alice(database: Database, client: Client) -> Alice:
    return furnish(database, client)


@pytest.fixture(scope="module")
def send(client: Client) -> Iterator[Send]:
    yield from _sender(client.app, client._loop)


def _sender(app: Any, loop: asyncio.AbstractEventLoop) -> Iterator[Send]:
    """A function that calls the application as a server would."""
    transport = httpx.ASGITransport(app=app)

    async def call(request: httpx.Request) -> httpx.Response:
        response = await transport.handle_async_request(request)
        await response.aread()
        response.request, response.elapsed = request, timedelta()
        return response

    yield lambda request: loop.run_until_complete(call(request))


@pytest.mark.parametrize(("contract", "label"), _labels(with_input=False), ids=_name_of)
def test_what_the_document_allows_is_answered_as_it_says(
    alice: Alice, send: Send, contract: Contract, label: str
) -> None:
    operation = operation_of(contract.name, label)
    ids = known_ids(alice, contract, operation)
    assert attack(operation, send, alice.world.alice_token, ids, GenerationMode.POSITIVE) > 0


# making what is forbidden takes the most time of all, so it is tried on the engine that is stricter about its values
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("contract", "label"), _labels(with_input=True), ids=_name_of)
def test_what_the_document_forbids_is_answered_as_it_says(
    alice: Alice, send: Send, contract: Contract, label: str
) -> None:
    operation = operation_of(contract.name, label)
    ids = known_ids(alice, contract, operation)
    assert attack(operation, send, alice.world.alice_token, ids, GenerationMode.NEGATIVE) > 0


# our own contract alone, on one engine: some 5,000 requests, whatever the document says comes to a limit of a value
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("contract", "label"), [each for each in _labels(with_input=False) if each[0] is HUB], ids=_name_of
)
def test_each_limit_of_the_document_is_answered_as_it_says(
    alice: Alice, send: Send, contract: Contract, label: str
) -> None:
    operation = operation_of(contract.name, label)
    ids = known_ids(alice, contract, operation)
    assert attack_boundaries(operation, send, alice.world.alice_token, ids) > 0


def known_ids(alice: Alice, contract: Contract, operation: Any) -> dict[str, str]:
    """What Alice has for the parameters of a path."""
    ids = {"org_id": alice.world.organization.uuid}
    ids |= {name: value for (owner, name), value in alice.ids.items() if owner == contract.name}
    place = operation.path.removeprefix(contract.prefix)
    ids |= {"id": alice.ids.get((contract.name, place), "1")} if contract.name == "inro" else {}
    return ids


# A server that is wrong -----------------------------------------------------------------------------------------------


class Person(Struct):
    id: int
    name: str


class Wrong(Struct):
    error: str


def _fails(*_: Any) -> None:
    raise RuntimeError("a fault")


def _wrong(body: Any, **details: Any) -> Callable[..., Response]:
    return lambda *_: Response(body, **details)


@pytest.mark.parametrize(
    "handler",
    [
        _fails,
        _wrong({"id": "one", "name": "Ana"}),
        _wrong({"id": 1}),
        _wrong({"id": 1, "name": None}),
        _wrong({"id": 1, "name": "Ana"}, status=418),
        _wrong(b"<p>", media_type="text/html"),
    ],
    ids=["a fault", "a type", "a missing key", "a null", "a status", "a media type"],
)
def test_a_server_that_is_wrong_is_found_out(database: Database, settings: Settings, handler: Any) -> None:
    with pytest.raises((FailureGroup, AssertionError)):
        _attack_alone(database, settings, handler)


def test_a_server_that_is_right_is_not(database: Database, settings: Settings) -> None:
    assert _attack_alone(database, settings, _wrong({"id": 1, "name": "Ana"})) > 0


def _attack_alone(database: Database, settings: Settings, handler: Any) -> int:
    route = Route("GET", "/people/{id}", handler, None, "read", "Get one", response=Person, path_types={"id": int})
    contract = Contract(
        "small", "Small", "1", "/small/v1", "", (route,), _presented, error_types={404: Wrong, 500: Wrong}
    )
    writes = BackgroundWrites(database)
    authentication = Authentication(writes, settings)
    door = ContractApp(database, settings, [contract], authentication, RequestRecorder(log_requests=False))
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(writes.started())
        (operation,) = operations(contract).values()
        return attack(operation, next(_sender(door, loop)), "", {}, GenerationMode.POSITIVE)
    finally:
        loop.close()


def _presented(error: CoterieError | Exception) -> Response:
    return Response(Wrong(str(error)), 500)
