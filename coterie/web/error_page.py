"""The pages of errors, and the content of a part of a page that failed."""

from coterie.errors import (
    Conflict,
    CoterieError,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooOften,
    Unauthorized,
)
from coterie.http.errors import Unexpected, error_headers, status_of
from coterie.web.page import NoPage, Show, Visit

_TITLES: dict[type[CoterieError], str] = {
    NoPage: "This page does not exist, or you may not see it",
    Unauthorized: "Your session has ended",
    Forbidden: "This is not allowed",
    Invalid: "Something in the form is not valid",
    TooLarge: "This is too large",
    TooOften: "Too many attempts",
    Unexpected: "Something went wrong on our side",
}


def show_error(error: CoterieError, visit: Visit) -> Show:
    """The page of an error. For a part of a page, a message in its alert line, and the part stays as it is."""
    status = 422 if isinstance(error, Invalid) else status_of(error)
    title = next((_TITLES[cls] for cls in type(error).__mro__ if cls in _TITLES), "This is not possible just now")
    detail = error.message
    if isinstance(error, NotFound) and not isinstance(error, NoPage):
        # something that the user may see is missing: its message says more than a title of the table
        title, detail = error.what, error.hint
    if isinstance(error, Conflict):
        # its message says why it is not possible, and often what mends it
        title, detail = detail, ""
    headers = {name: value for name, value in error_headers(error) if name != "WWW-Authenticate"}
    if visit.is_fragment:
        headers |= {"HX-Retarget": "#alarm", "HX-Reswap": "innerHTML"}
        return Show(template="alarm.html", values={"title": title, "detail": detail}, status=status, headers=headers)
    values = {
        "title": title,
        "problems": error.problems if isinstance(error, Invalid) else (),
        "detail": "" if isinstance(error, Invalid) else detail,
        "is_ours": isinstance(error, Unexpected),
    }
    return Show(template="error.html", values=values, status=status, headers=headers)
