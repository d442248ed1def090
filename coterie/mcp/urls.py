"""The paths of this door."""

from coterie.http.asgi import Scope

MCP_PATH = "/mcp"
METADATA_PATH = "/.well-known/oauth-protected-resource/mcp"


def is_for_mcp(scope: Scope) -> bool:
    """Whether a request is for this door."""
    path: str = scope["path"]
    return path in (MCP_PATH, f"{MCP_PATH}/")
