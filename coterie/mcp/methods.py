"""The methods of the protocol besides tools/call, resources/read and completion/complete, which app.py runs."""

from collections.abc import Callable
from typing import Any

from coterie import __version__
from coterie.mcp.catalogue import INSTRUCTIONS, TOOLS
from coterie.mcp.envelope import INVALID_PARAMS, LEGACY, MODERN, SERVER_KEY, UNKNOWN_METHOD, Envelope, RpcError
from coterie.mcp.prompts import get_prompt, list_prompts
from coterie.mcp.resources import TEMPLATES
from coterie.mcp.schemas import schema_of
from coterie.mcp.tool import Tool
from coterie.model.organizations import Caller

MethodResult = dict[str, Any]
SERVER = {"name": "coterie", "title": "Coterie", "version": __version__}
CAPABILITIES: MethodResult = {"tools": {}, "resources": {}, "prompts": {}, "completions": {}}
# legacy only: levels are accepted, but no messages are sent, because the log belongs to the operator
LEGACY_CAPABILITIES = {**CAPABILITIES, "logging": {}}
LOG_LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_LEGACY_METHODS = ("initialize", "ping", "logging/setLevel")
# of lists that differ between tokens and hardly ever change
_TTL_MS = 300_000
_CACHEABLE = (
    "server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read",
)  # fmt: skip


def run_method(envelope: Envelope, caller: Caller) -> MethodResult:
    """The result of a method that needs no contact. Raises RpcError if there is no such method in the client's era."""
    method = _METHODS.get(envelope.method)
    if method is None or (envelope.is_modern and envelope.method in _LEGACY_METHODS):
        raise RpcError(UNKNOWN_METHOD, f"Method {envelope.method[:100]} not found", 404 if envelope.is_modern else 200)
    return method(envelope, caller)


def finish(envelope: Envelope, result: MethodResult) -> MethodResult:
    """A result with the members that its era adds."""
    if not envelope.is_modern:
        return result
    result = {"resultType": "complete", **result}
    result["_meta"] = {**result.get("_meta", {}), SERVER_KEY: SERVER}
    if envelope.method in _CACHEABLE:
        result |= {"ttlMs": _TTL_MS, "cacheScope": "private"}
    return result


def find_tool(name: Any) -> Tool:
    """Raises RpcError if there is no such tool."""
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise RpcError(INVALID_PARAMS, f"Unknown tool: {str(name)[:100]}")
    return tool


def _discover(envelope: Envelope, caller: Caller) -> MethodResult:
    versions = [*MODERN, *LEGACY]
    return {"supportedVersions": versions, "capabilities": CAPABILITIES, "instructions": INSTRUCTIONS}


def _initialize(envelope: Envelope, caller: Caller) -> MethodResult:
    asked = envelope.params.get("protocolVersion")
    version = asked if asked in LEGACY else LEGACY[0]
    return {
        "protocolVersion": version,
        "capabilities": LEGACY_CAPABILITIES,
        "serverInfo": SERVER,
        "instructions": INSTRUCTIONS,
    }


def _ping(envelope: Envelope, caller: Caller) -> MethodResult:
    return {}


def _set_level(envelope: Envelope, caller: Caller) -> MethodResult:
    if envelope.params.get("level") not in LOG_LEVELS:
        raise RpcError(INVALID_PARAMS, f"params.level must be one of {', '.join(LOG_LEVELS)}")
    return {}


def _list_tools(envelope: Envelope, caller: Caller) -> MethodResult:
    return {"tools": [present_tool(tool) for tool in TOOLS.values() if caller.may(tool.scope)]}


def present_tool(tool: Tool) -> MethodResult:
    """A tool as tools/list shows it."""
    is_read = tool.mode != "write"
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": schema_of(tool.arguments),
        "annotations": {
            "title": tool.title,
            "readOnlyHint": is_read,
            "destructiveHint": tool.is_destructive,
            "idempotentHint": tool.is_idempotent,
            "openWorldHint": False,
        },
    }


_METHODS: dict[str, Callable[[Envelope, Caller], MethodResult]] = {
    "server/discover": _discover,
    "initialize": _initialize,
    "ping": _ping,
    "logging/setLevel": _set_level,
    "tools/list": _list_tools,
    "resources/list": lambda envelope, caller: {"resources": []},
    "resources/templates/list": lambda envelope, caller: {"resourceTemplates": TEMPLATES},
    "prompts/list": lambda envelope, caller: {"prompts": list_prompts()},
    "prompts/get": lambda envelope, caller: get_prompt(envelope.params),
}
