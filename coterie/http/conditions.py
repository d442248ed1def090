"""ETags of conditional requests: If-Match and If-None-Match (RFC 9110, section 13.1)."""

import re

_ANY = "*"
# a whole element of the list: a comma inside the quotes belongs to the tag
_ELEMENT = re.compile(r'(?:^|,)[ \t]*((?:W/)?"[^"]*"|\*)[ \t]*(?=,|$)')
# proxies that compress a body add it to its ETag
_PROXY_SUFFIX = '-gzip"'


def read_etags(header: str) -> list[str]:
    """The ETags of a header with their quotes and W/, without the suffix of a proxy; "*" as it is.

    Anything else in the header is left out, so that it matches nothing.
    """
    return [_without_suffix(etag) for etag in _ELEMENT.findall(header)]


def matches(header: str, etag: str | None, *, is_strong: bool) -> bool:
    """Whether a list of ETags contains this one; "*" contains every one.

    etag: in quotes, None for a resource that does not exist. is_strong: as If-Match compares, where a weak ETag never
    matches; If-None-Match compares weakly.
    """
    if etag is None:
        return False
    etags = read_etags(header)
    return _ANY in etags or etag in (etags if is_strong else [each.removeprefix("W/") for each in etags])


def _without_suffix(etag: str) -> str:
    return etag.removesuffix(_PROXY_SUFFIX) + '"' if etag.endswith(_PROXY_SUFFIX) else etag
