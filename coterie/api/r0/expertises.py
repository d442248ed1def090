"""/orgs/{org_id}/expertises and …/contacts/{contact_id}/expertises. How they work is in terms.py."""

from typing import Any

from msgspec import Struct

from coterie.api.r0 import terms
from coterie.api.r0.contact_entity import ContactList
from coterie.api.r0.pages import PageEntity
from coterie.api.r0.terms import NewTerm, TermEntity, TermFields
from coterie.api.route import Request
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES
from coterie.store.database import Tx


class ExpertiseList(PageEntity):
    expertises: list[TermEntity]


class NewExpertiseBody(Struct):
    expertise: NewTerm


class ExpertiseBody(Struct):
    expertise: TermFields


def list_(tx: Tx, caller: Caller, request: Request) -> ExpertiseList:
    page, found = terms.list_all(tx, caller, EXPERTISES, request)
    return ExpertiseList(*page, found)


def show(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.present(terms.find(tx, caller, EXPERTISES, request))


def create(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.create(tx, caller, EXPERTISES, request.body.expertise)


def update(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.update(tx, caller, EXPERTISES, request, request.body.expertise)


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    return terms.remove(tx, caller, EXPERTISES, request)


def list_contacts(tx: Tx, caller: Caller, request: Request) -> ContactList:
    return terms.list_contacts(tx, caller, EXPERTISES, request)


def list_on_contact(tx: Tx, caller: Caller, request: Request) -> ExpertiseList:
    page, found = terms.list_on_contact(tx, caller, EXPERTISES, request)
    return ExpertiseList(*page, found)


def put(tx: Tx, caller: Caller, request: Request) -> TermEntity:
    return terms.put(tx, caller, EXPERTISES, request)


def take(tx: Tx, caller: Caller, request: Request) -> None:
    terms.take(tx, caller, EXPERTISES, request)
