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
ONLY_WEB = {"starlette", "typer", "uvicorn", "coterie.api", "coterie.web"}


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("coterie.cli.main, coterie.cli.serve", NEITHER | MCP | ONLY_WORKER),
        ("coterie.cli.child, coterie.worker.handlers, coterie.worker.loop", NEITHER | MCP | ONLY_WEB),
    ],
    ids=["web", "worker"],
)
def test_a_start_loads_nothing_that_only_some_requests_need(imports: str, absent: set[str]) -> None:
    code = f"import sys, {imports}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(loaded) > 100
    assert not absent & set(loaded)
