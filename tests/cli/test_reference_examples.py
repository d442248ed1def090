"""Every call of the reference page, run by a shell exactly as it is printed, succeeds in the world of the demo."""

import html
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from instance import Instance, coterie, running

pytestmark = pytest.mark.slow

# curl prints the status after the body
CURL = "curl() { command curl --silent --show-error --write-out '\\n%{http_code}' \"$@\"; }\n"


def calls(instance: Instance) -> list[str]:
    """The commands of the page, in its order."""
    status, page = instance.call("GET", "/reference")
    assert status == 200
    codes = [html.unescape(each) for each in re.findall(r"<code>(.*?)</code>", page.decode(), re.DOTALL)]
    return [code for code in codes if re.match(r"curl |printf ", code)]


def run(call: str, variables: dict[str, str]) -> tuple[int, str]:
    """(status, body)"""
    done = subprocess.run(
        ["bash", "-c", CURL + call], env={**os.environ, **variables}, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, (call, done.stderr)
    body, _, status = done.stdout.decode("utf-8", "replace").rpartition("\n")
    return int(status), body


def test_every_call_of_the_page_succeeds_in_springfield_in_the_order_of_the_page(tmp_path: Path) -> None:
    made: dict[str, Any] = json.loads(coterie(tmp_path, "demo", "--json").stdout)
    variables = {"TOKEN": made["token"], "PASSWORD": made["password"]}
    with running(tmp_path) as instance:
        printed = calls(instance)
        assert len(printed) > 120
        wrong = []
        for call in printed:
            status, body = run(call, variables)
            if not 200 <= status < 300:
                wrong.append(f"{status} {body}\n{call}")
            if "/login" in call:
                variables["LOGIN_TOKEN"] = json.loads(body)["token"]
    assert not wrong, "\n\n".join(wrong)
