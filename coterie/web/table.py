"""The table of all pages of the web app."""

from coterie.web import parts, people, person, set_up, sign_in, tags, today
from coterie.web.page import Page

PAGES: tuple[Page, ...] = (
    *set_up.PAGES, *sign_in.PAGES, *today.PAGES, *people.PAGES, *tags.PAGES, *person.PAGES, *parts.PAGES,
)  # fmt: skip
