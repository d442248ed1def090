"""What a start leaves out: libraries and rooms that most processes never need load at their first use."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

NEITHER = {
    "cryptography", "email_validator", "httpx", "jinja2", "nameparser", "phonenumbers", "prometheus_client",
    "psycopg", "rapidfuzz", "rich",
}  # fmt: skip
# at the first request of an assistant
MCP = {"coterie.mcp.app", "coterie.mcp.catalogue", "coterie.mcp.oauth_app"}
ONLY_WORKER = {"coterie.imports.upload", "coterie.imports.rejected", "coterie.vcard", "coterie.worker"}
COMMAND_LINE = {"pydantic", "typer"}
ONLY_WEB = {"starlette", "uvicorn", "coterie.api", "coterie.web"}


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("coterie.cli.main, coterie.cli.serve", NEITHER | MCP | ONLY_WORKER | ONLY_WEB),
        ("coterie.cli.child, coterie.cli.web_process", NEITHER | MCP | ONLY_WORKER | COMMAND_LINE),
        ("coterie.cli.child, coterie.worker.handlers, coterie.worker.loop", NEITHER | MCP | ONLY_WEB | COMMAND_LINE),
    ],
    ids=["command", "web", "worker"],
)
def test_a_start_loads_nothing_that_only_some_requests_need(imports: str, absent: set[str]) -> None:
    code = f"import sys, {imports}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(loaded) > 100
    assert not absent & set(loaded)
