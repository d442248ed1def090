"""Set-up of a new instance, by the link that `coterie serve` prints."""

import asyncio

from coterie.actions import set_up as actions
from coterie.actions.passwords import hash_password
from coterie.actions.sessions import sign_in
from coterie.demo.springfield import can_look_around
from coterie.errors import Invalid
from coterie.model.countries import list_countries
from coterie.model.passwords import LENGTH_MIN, RULE
from coterie.model.time_zones import DEFAULT, time_zone_names
from coterie.store.database import Database, Tx
from coterie.web.page import VIA, Go, Page, Result, Show, Visit

CODE_LENGTH_MAX = 100
_FIELDS = ("organization", "country", "first_name", "email", "time_zone")


def show(tx: Tx, visit: Visit) -> Result:
    """The form. Without a valid link only how to get one."""
    code = visit.query.get("code", "")[:CODE_LENGTH_MAX]
    actions.check_set_up_link(tx, code)
    return _form(visit, code)


async def check(database: Database, visit: Visit) -> str:
    """The hash of the password. Nobody without the link can make the server compute one."""
    code = visit.text("code", CODE_LENGTH_MAX)
    await database.run_read(lambda tx: actions.check_set_up_link(tx, code))
    return await asyncio.to_thread(hash_password, visit.text("password"))


def set_up(tx: Tx, visit: Visit) -> Result:
    fields = {name: visit.text(name, 254).strip() for name in _FIELDS}
    organization, user = actions.set_up(
        tx,
        visit.text("code", CODE_LENGTH_MAX),
        organization=fields["organization"],
        first_name=fields["first_name"],
        email=fields["email"],
        password_hash=visit.prepared,
        country=fields["country"] or None,
        time_zone=fields["time_zone"] or DEFAULT,
    )
    token, _ = sign_in(tx, user.id, visit.user_agent, VIA)
    return Go(url=f"/{organization.id}/welcome", session=token)


def again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _form(visit, visit.text("code", CODE_LENGTH_MAX), error)


def welcome(tx: Tx, visit: Visit) -> Result:
    return Show(template="account/welcome.html", values={"can_look_around": can_look_around(tx, visit.acting)})


def _form(visit: Visit, code: str, error: Invalid | None = None) -> Show:
    return Show(
        template="account/set_up.html",
        values={
            "code": code,
            "fields": {name: str(visit.form.get(name) or "")[:300] for name in _FIELDS},
            "time_zones": time_zone_names(),
            "problems": {".".join(problem.path): problem.reason for problem in error.problems} if error else {},
            "countries": list_countries(),
            "password_rule": RULE,
            "password_length_min": LENGTH_MIN,
        },
        status=422 if error else 200,
    )


PAGES = (
    Page("GET", "/set-up", show, access="anyone"),
    Page("POST", "/set-up", set_up, "write", access="anyone", prepare=check, again=again),
    Page("GET", "/{o:int}/welcome", welcome),
)
