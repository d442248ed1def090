"""Look around: Springfield, the demo world, as a second organization, and its removal."""

import asyncio

from coterie.actions.organizations import erase_organization
from coterie.demo.springfield import NAME, SPRINGFIELD, can_remove
from coterie.errors import Conflict
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx
from coterie.web.page import VIA, Go, Page, Result, Visit


async def create(database: Database, visit: Visit) -> int:
    """The id of Springfield, which is created in a thread; a form that is sent again finds it."""

    def build() -> int:
        from coterie.demo.look_around import look_around  # lazy: all readers of imports; it happens once

        return look_around(database, visit.acting)

    return await asyncio.to_thread(build)


def go(tx: Tx, visit: Visit) -> Result:
    return Go(url=f"/{visit.prepared}/today", message=f"This is {NAME}. Settings, Organization removes it")


def remove(tx: Tx, visit: Visit) -> Result:
    """Erases Springfield and leads to the user's own organization. A form that is sent again erases nothing."""
    user_id = visit.signed_in.user_id
    own = next((each for each in visit.organizations if each.uuid != SPRINGFIELD), None)
    found = next((each for each in visit.organizations if each.uuid == SPRINGFIELD), None)
    if found is not None:
        caller = Caller.for_organization(found, via=VIA, user_id=user_id)
        if not can_remove(tx, caller):
            raise Conflict(f"{NAME} can be removed by an owner who created it with Look around")
        erase_organization(tx, caller)
    return Go(url=f"/{own.id}/today" if own else "/account", message=f"{NAME} was removed")


PAGES = (
    Page("POST", "/{o:int}/look-around", go, prepare=create),
    Page("POST", "/look-around/remove", remove, "write", access="user"),
)
