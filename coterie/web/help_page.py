"""The keyboard shortcuts: one table for the page and for the script."""

from coterie.store.database import Tx
from coterie.web.page import Page, Result, Show, Visit

KEYS = (
    ("Anywhere", (
        ("Ctrl K", "Find people, pages and actions"), ("/", "Search people"), ("g t", "Today"), ("g p", "People"),
        ("g i", "Imports"), ("g h", "History"), ("g e", "Segments"), ("g a", "Audience"), ("g d", "Duplicates"),
        ("g s", "Settings"), ("c", "New person"), ("l", "Log a conversation"),
        ("z", "Undo the last change"), ("?", "This page"), ("Esc", "Close what is open"),
    )),
    ("In a list", (
        ("j", "Next"), ("k", "Previous"), ("Enter", "Open; in the search, go to the first found"), ("x", "Select"),
        ("Home", "The first"), ("End", "The last"), ("* a", "Select all that match"), ("Esc", "Select nobody"),
        ("t", "Tag those selected"), ("f", "Put them into a folder"), ("m", "Merge them"), ("#", "Delete them"),
    )),
    ("On a pair of duplicates", (
        ("m", "Merge"), ("n", "Not the same"), ("r", "Later"),
    )),
    ("On a person", (
        ("e", "Edit the name"), ("a", "Add"), ("n", "Write a note"), ("t", "Add a tag"), ("l", "Log a conversation"),
        ("r", "Add a reminder"), ("#", "Delete"), ("[", "Previous of the list"), ("]", "Next of the list"),
        ("Ctrl Enter", "Save"),
    )),
)  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    return Show(template="account/keys.html", values={"groups": KEYS})


PAGES = (Page("GET", "/help/keys", show, access="user"),)
