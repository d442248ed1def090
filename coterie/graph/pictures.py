"""Fetches a person's picture from the address Meta gave, before it expires.

The address is untrusted: the guard of outgoing requests checks it, size and time are limited, and the content must be
an image by its first bytes. The host of the Graph API, which the operator configured, is exempt from the guard.
"""

import time
from contextlib import closing
from urllib.parse import urlsplit

import httpx

from coterie import outgoing

PICTURE_BYTES_MAX = 5 * 1024 * 1024
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# for the whole picture, because a slow trickle never exceeds the timeout between two chunks
PICTURE_SECONDS_MAX = 60.0


class NoPicture(Exception):
    """The address returns no picture; the message has the reason."""


def fetch_picture(url: str, graph_url: str) -> tuple[bytes, str]:
    """(the bytes, their media type). Raises NoPicture."""
    deadline = time.monotonic() + PICTURE_SECONDS_MAX
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=outgoing.tls()) as client,
            closing(_open(client, url, graph_url)) as response,
        ):
            if response.status_code != 200:
                raise NoPicture(f"status {response.status_code}")
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > PICTURE_BYTES_MAX:
                    raise NoPicture("it is too large")
                if time.monotonic() > deadline:
                    raise NoPicture("it takes too long")
    except outgoing.NotAllowed as error:
        raise NoPicture(str(error)) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoPicture(f"no response: {type(error).__name__}") from None
    media_type = image_type(bytes(body[:16]))
    if media_type is None:
        raise NoPicture("it is not an image")
    return bytes(body), media_type


def image_type(start: bytes) -> str | None:
    """The media type of a JPEG, PNG, GIF or WebP by its first bytes; None for anything else."""
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return None


def _open(client: httpx.Client, url: str, graph_url: str) -> httpx.Response:
    outgoing.check_url(url)
    parts, graph = urlsplit(url), urlsplit(graph_url)
    if (parts.scheme, parts.netloc) == (graph.scheme, graph.netloc):
        return client.send(client.build_request("GET", url), stream=True)
    return outgoing.send(client, "GET", url, outgoing.Rules(), headers={})
