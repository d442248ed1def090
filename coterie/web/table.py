"""The table of all pages of the web app."""

from coterie.web import (
    account,
    account_factors,
    help_page,
    imports,
    log,
    parts,
    people,
    person,
    pick,
    selection,
    set_up,
    settings,
    sign_in,
    tags,
    today,
)  # fmt: skip
from coterie.web.page import Page

# of paths that overlap, the first one counts
PAGES: tuple[Page, ...] = (
    *set_up.PAGES, *sign_in.PAGES, *account.PAGES, *account_factors.PAGES, *help_page.PAGES, *today.PAGES,
    *people.PAGES, *selection.PAGES, *pick.PAGES, *log.PAGES, *tags.PAGES, *person.PAGES, *parts.PAGES,
    *imports.PAGES, *settings.PAGES,
)  # fmt: skip
