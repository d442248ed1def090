"""Errors of CardDAV: a status and the element that names the condition (RFC 4918, section 16)."""

from coterie.errors import CoterieError


class DavError(CoterieError):
    """status: of the response. condition: an element such as "C:valid-address-data"; content: XML within it. etag: the
    present one of a card whose condition failed."""

    def __init__(
        self, status: int, condition: str = "", message: str = "", content: str = "", *, etag: str | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.condition, self.content, self.etag = status, condition, content, etag


class UidConflict(CoterieError):
    """Another card, whose name is the message, has the UID. book: its name; '' for that of all contacts."""

    def __init__(self, href: str, book: str = "") -> None:
        super().__init__(href)
        self.book = book
