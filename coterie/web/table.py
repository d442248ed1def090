"""The table of all pages of the web app."""

from coterie.web import people, set_up, sign_in, today
from coterie.web.page import Page

PAGES: tuple[Page, ...] = (*set_up.PAGES, *sign_in.PAGES, *today.PAGES, *people.PAGES)
