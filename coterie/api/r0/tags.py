"""/orgs/{org_id}/tags and …/contacts/{contact_id}/tags. How they work is in terms.py."""

from typing import Any

from msgspec import Struct

from coterie.api.r0 import terms
from coterie.api.r0.contact_entity import ContactList
from coterie.api.r0.pages import PageEntity
from coterie.api.r0.terms import NewTerm, TermEntity, TermFields
from coterie.api.route import Request
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store.database import Tx


class TagList(PageEntity):
    tags: list[TermEntity]


class NewTagBody(Struct):
    tag: NewTerm


class TagBody(Struct):
    tag: TermFields


def list_(tx: Tx, caller: Caller, request: Request) -> TagList:
    page, found = terms.list_all(tx, caller, TAGS, request)
    return TagList(*page, found)


def show(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.present(terms.find(tx, caller, TAGS, request))


def create(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.create(tx, caller, TAGS, request.body.tag)


def update(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.update(tx, caller, TAGS, request, request.body.tag)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    return terms.remove(tx, caller, TAGS, request)


def list_contacts(tx: Tx, caller: Caller, request: Request) -> ContactList:
    return terms.list_contacts(tx, caller, TAGS, request)


def list_on_contact(tx: Tx, caller: Caller, request: Request) -> TagList:
    page, found = terms.list_on_contact(tx, caller, TAGS, request)
    return TagList(*page, found)


def put(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.put(tx, caller, TAGS, request)


def take(tx: Tx, caller: Caller, request: Request) -> None:
    terms.take(tx, caller, TAGS, request)
