"""A stand-in for Meta's Graph API on loopback: it speaks HTTP and answers in the documented shapes."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from instagram_world import TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
CONSENT = {
    "error": {
        "message": "(#230) User consent is required to access user profile",
        "type": "OAuthException",
        "code": 230,
        "fbtrace_id": "AbCdEf",
    }
}


def failure(code: int, message: str = "no") -> dict[str, Any]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"}}


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class GraphServer:
    """replies: path below the Graph's address -> what is answered there; asked: the paths asked for, in order."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.token_seen_in_address = False
        self.reads_header = True
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v24.0"

    def says(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[path] = Reply(status, body, named)

    def person(self, person_id: str, username: str, /, **more: Any) -> None:
        """Someone who consents: what the User Profile API says."""
        body = {"name": f"Name of {username}", "username": username, "profile_pic": None, "follower_count": 100}
        follows = {"is_user_follow_business": True, "is_business_follow_user": False, "is_verified_user": False}
        self.says(person_id, body | follows | more | {"id": person_id})

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                split = urlsplit(self.path)
                query = parse_qs(split.query)
                path = split.path.removeprefix("/v24.0/")
                server.asked.append(path)
                server.token_seen_in_address |= TOKEN in self.path
                given = [query["access_token"][0]] if "access_token" in query else []
                if server.reads_header:
                    given.append(self.headers.get("authorization", "").removeprefix("Bearer "))
                is_open = path.startswith("pictures/")
                if not is_open and TOKEN not in given:
                    reply = Reply(400, failure(190, "Invalid OAuth access token"))
                else:
                    reply = server.replies.get(path, Reply(400, failure(100, "Unsupported get request")))
                body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Quiet."""

        return Handler
