"""The first request of each program of docs/phones.md, as its source or a log shows it.

iOS: a log in nextcloud/contacts#399. DAVx5, Thunderbird, Evolution, KDE's kdav, CalDav Synchronizer and vdirsyncer:
their sources. All send PROPFIND with Depth 0.
"""

from typing import NamedTuple

from carddav.dav_client import DAVX5, IOS, THUNDERBIRD

MACOS = "macOS/14.4 (23E214) AddressBookCore/2602.500.31"
EVOLUTION = "Evolution/3.46.4"
KDE = "Mozilla/5.0 (X11; Linux x86_64) KIO/5.103 DAV groupware"
OUTLOOK = "CalDavSynchronizer/4.4"
VDIRSYNCER = "vdirsyncer/0.21.0"
WELL_KNOWN = "/.well-known/carddav"


class FirstRequest(NamedTuple):
    """paths: what a person enters (server, url, link or profile) -> the path that the program asks first.

    names: the properties it asks for, as ask takes them.
    """

    agent: str
    paths: dict[str, str]
    names: str


# program of docs/phones.md -> its first request
FIRST = {
    "iPhone, iPad": FirstRequest(
        IOS, {"profile": "/dav/", "server": WELL_KNOWN}, "current-user-principal principal-URL resourcetype"
    ),
    "Mac": FirstRequest(MACOS, {"profile": "/dav/"}, "current-user-principal principal-URL resourcetype"),
    "Android with DAVx5": FirstRequest(
        DAVX5, {"link": "/dav/", "url": "/dav/"},
        "resourcetype displayname current-user-principal C:addressbook-home-set C:addressbook-description",
    ),
    "Thunderbird": FirstRequest(
        THUNDERBIRD, {"url": "/dav/"},
        "resourcetype displayname current-user-principal current-user-privilege-set",
    ),
    "GNOME (Evolution)": FirstRequest(
        EVOLUTION, {"url": "/dav/"},
        "resourcetype current-user-principal principal-URL C:addressbook-home-set",
    ),
    "KDE (KOrganizer, Kontact)": FirstRequest(
        KDE, {"url": "/dav/"}, "C:addressbook-home-set current-user-principal principal-URL"
    ),
    "Outlook": FirstRequest(OUTLOOK, {"url": "/dav/"}, "current-user-principal principal-URL resourcetype"),
    "vdirsyncer, khard": FirstRequest(VDIRSYNCER, {"url": WELL_KNOWN}, "current-user-principal"),
}  # fmt: skip
