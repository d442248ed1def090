"""The paths of this door and of its authorization server."""

from coterie.http.asgi import Scope

MCP_PATH = "/mcp"
METADATA_PATH = "/.well-known/oauth-protected-resource/mcp"
# clients look with and without the path of the resource
PROTECTED_RESOURCE = ("/.well-known/oauth-protected-resource", METADATA_PATH)
AUTHORIZATION_SERVER = ("/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp")
# the page of consent, which coterie/web answers
AUTHORIZE_PATH = "/oauth/authorize"
TOKEN_PATH, REGISTER_PATH, REVOKE_PATH = "/oauth/token", "/oauth/register", "/oauth/revoke"
# answered as JSON whatever is below them
_OAUTH = ("/oauth/", "/.well-known/oauth-", "/.well-known/openid-configuration", "/mcp/.well-known/")


def is_for_mcp(scope: Scope) -> bool:
    """Whether a request is for the MCP door itself."""
    path: str = scope["path"]
    return path in (MCP_PATH, f"{MCP_PATH}/")


def is_for_oauth(scope: Scope) -> bool:
    """Whether a request is for the authorization server, apart from its page."""
    path: str = scope["path"]
    return path.startswith(_OAUTH) and path != AUTHORIZE_PATH
