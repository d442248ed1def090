"""A server that is killed while clients write with an Idempotency-Key: one effect, and equal responses."""

import contextlib
import http.client
import json
import signal
import threading
from pathlib import Path

import pytest
from instance import Instance, running, set_up

pytestmark = pytest.mark.slow

CONTACTS = "/api/hub/v1/contacts"
CLIENTS, ROUNDS = 8, 3


def send(instance: Instance, token: str, key: str) -> tuple[int, bytes] | None:
    """The response, or None if the server was gone."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=20)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    with contextlib.closing(connection):
        try:
            connection.request("POST", CONTACTS, json.dumps({"first_name": key}), headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return None


def test_a_key_has_one_effect_although_the_server_is_killed_in_between(tmp_path: Path) -> None:
    keys = [f"key-{number}" for number in range(40)]
    responses: dict[str, set[tuple[int, bytes]]] = {key: set() for key in keys}
    lock = threading.Lock()

    def write(instance: Instance, token: str, answered: threading.Event) -> None:
        for key in keys:
            response = send(instance, token, key)
            if response is None:
                return
            with lock:
                responses[key].add(response)
            answered.set()

    token = ""
    for number in range(ROUNDS):
        with running(tmp_path) as instance:
            token = token or set_up(tmp_path)
            answered = threading.Event()
            threads = [threading.Thread(target=write, args=(instance, token, answered)) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            if number < ROUNDS - 1:
                assert answered.wait(20)
                instance.stop(signal.SIGKILL)
            for thread in threads:
                thread.join()
            if number == ROUNDS - 1:
                listed = instance.json("GET", f"{CONTACTS}?limit=200", token=token)["items"]
    assert sorted(each["first_name"] for each in listed) == sorted(keys)
    assert all(len(each) == 1 and next(iter(each))[0] == 201 for each in responses.values()), responses
