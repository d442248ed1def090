"""The page of GET /: what runs here and what to do next."""

from collections.abc import Sequence

from coterie.web.pages import render


def start_page(version: str, is_set_up: bool, documents: Sequence[tuple[str, str]]) -> str:
    """The start page as HTML.

    is_set_up: whether an organization exists. documents: (title, URL) of each OpenAPI document.
    """
    return render("start.html", version=version, is_set_up=is_set_up, documents=documents)
