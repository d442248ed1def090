"""Settings: which address books phones see besides the one of all contacts."""

from coterie.actions.books import add_book, refresh_book, remove_book
from coterie.errors import Invalid, NotFound
from coterie.model.books import CARDS_WARNING, Book
from coterie.model.terms import TAGS
from coterie.store.book_cards import count_present
from coterie.store.books import list_books
from coterie.store.database import Tx
from coterie.store.folders import list_folders
from coterie.store.segments import list_segments
from coterie.store.terms import list_terms
from coterie.web.page import Go, Page, Result, Show, Visit

CHOICES_MAX = 1000
SOURCE_LENGTH_MAX = 300
PERSONAL = "personal:"
_PATH = "/{o:int}/settings/books"


def show(tx: Tx, visit: Visit) -> Result:
    return _page(tx, visit, {})


def show_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _page(tx, visit, {"book": "; ".join(problem.reason for problem in error.problems)})


def _page(tx: Tx, visit: Visit, problems: dict[str, str]) -> Show:
    books = _list(tx, visit)
    return Show(
        template="settings/books.html",
        values={
            "title": "Address books on phones", "books": books,
            "counts": count_present(tx, visit.acting.organization_id),
            "choices": _choices(tx, visit, books), "warning": CARDS_WARNING, "problems": problems,
            "chosen": str(visit.form.get("book") or ""),
        },
        status=422 if problems else 200,
    )  # fmt: skip


def _list(tx: Tx, visit: Visit) -> list[Book]:
    """The books that this user's phones see."""
    return list_books(tx, visit.acting.organization_id, visit.signed_in.user_id)


def _choices(tx: Tx, visit: Visit, books: list[Book]) -> dict[str, list[tuple[str, str]]]:
    """kind of book -> (value, label) of each that can be added."""
    organization_id = visit.acting.organization_id
    sources = {
        "folder": [each.name for each in list_folders(tx, organization_id, limit=CHOICES_MAX)],
        "tag": [each.name for each in list_terms(tx, organization_id, TAGS, limit=CHOICES_MAX)],
        "segment": [each.name for each in list_segments(tx, organization_id, limit=CHOICES_MAX)],
    }
    present = {(book.kind, book.title) for book in books}
    choices = {
        kind: [(f"{kind}:{name}", name) for name in dict.fromkeys(names) if (kind, name) not in present]
        for kind, names in sources.items()
    }
    if all(book.kind != "personal" for book in books):
        choices["personal"] = [(PERSONAL, "A book of your own, which you fill on a phone")]
    return {kind: each for kind, each in choices.items() if each}


def add(tx: Tx, visit: Visit) -> Result:
    """Adds the book of a folder, tag or segment, or the user's personal one."""
    kind, _, source = visit.text("book", SOURCE_LENGTH_MAX).partition(":")
    book = add_book(tx, visit.acting, kind, source)
    refresh_book(tx, visit.acting, book)
    return Go(url=f"{visit.root}/settings/books", message=f"Phones now show the book {book.title}")


def remove(tx: Tx, visit: Visit) -> Result:
    """Takes a book off phones; its contacts stay."""
    book = next((each for each in _list(tx, visit) if each.id == visit.path["book"]), None)
    if book is None:
        raise NotFound("Address book not found")
    remove_book(tx, visit.acting, book)
    return Go(url=f"{visit.root}/settings/books", message=f"Phones no longer show the book {book.title}")


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, add, "write", again=show_again),
    Page("POST", _PATH + "/{book}/remove", remove, "write"),
)
