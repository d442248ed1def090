"""Settings of an organization: the list of their pages."""

from msgspec import Struct

from coterie.model.organizations import OWNER
from coterie.store.database import Tx
from coterie.store.organizations import find_membership
from coterie.web.page import Page, Result, Show, Visit


class SettingsLink(Struct, frozen=True):
    """A link to a page of the settings. path: below /{o}/settings/, or from the root if it begins with a slash."""

    path: str
    title: str
    about: str
    icon: str


# title of a group -> its pages
LINKS = {
    "Organization": (
        SettingsLink("organization", "Organization", "Name, country and time zone", "home"),
        SettingsLink("members", "Members", "Who may see and change people, and their roles", "users"),
    ),
    "People": (
        SettingsLink("properties", "Properties", "Fields of your own, such as shoe size", "list"),
        SettingsLink("folders", "Folders", "Rename, colour, merge and delete", "folder"),
        SettingsLink("tags", "Tags", "Rename, merge and delete", "tag"),
        SettingsLink("expertises", "Expertise", "What people know about", "star"),
        SettingsLink("relationship-types", "Relationship types", "What people can be to each other", "users-group"),
    ),
    "Connections": (
        SettingsLink("devices", "Phones and programs", "Sync people with phones and mail programs", "phone"),
        SettingsLink("subscriptions", "Address books elsewhere", "Keep a book at another service in sync", "refresh"),
        SettingsLink("webhooks", "Webhooks", "Send programs what changes", "link"),
        SettingsLink("calendar", "Calendar", "Birthdays and other days in your calendar program", "calendar"),
        SettingsLink("instagram", "Instagram", "Connected accounts and opt-out words", "brand-instagram"),
        SettingsLink("mail", "Mail", "Its status, and a test message", "mail"),
        SettingsLink("tokens", "API tokens", "For programs that read and write people", "key"),
    ),
    "Data": (
        SettingsLink("data", "Data", "Export everything, erase, backup", "download"),
        SettingsLink("deleted", "Deleted people", "Restore them, or erase them for good", "trash"),
    ),
    "You": (
        SettingsLink("/account", "Account", "Profile, password, appearance, sessions", "user-circle"),
        SettingsLink("/help/keys", "Keyboard shortcuts", "All of them", "keyboard"),
        SettingsLink("/reference", "API reference", "Every operation, with examples", "book"),
    ),
}


def show(tx: Tx, visit: Visit) -> Result:
    return Show(template="settings/index.html", values={"groups": LINKS})


def is_owner(tx: Tx, visit: Visit) -> bool:
    """Whether the user is an owner of the organization."""
    return find_membership(tx, visit.acting.organization_id, visit.signed_in.user_id) == OWNER


PAGES = (Page("GET", "/{o:int}/settings", show),)
