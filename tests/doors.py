"""Random actions by every door: the three contracts, CardDAV, assistants, the pages' acts, imports, undo and merges."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from carddav.dav_client import IOS, Dav, make_card, new_device
from client import Client
from imports.runs import applied, google, person
from mcp.mcp_calls import Mcp
from msgspec.structs import replace
from r0_client import R0
from world import World

from coterie.actions.bulk_acts import Act, act_on
from coterie.actions.terms import create_term
from coterie.errors import NotFound
from coterie.imports.engine import Run
from coterie.imports.undo import undo
from coterie.model.terms import TAGS

CONTACTS = "/api/hub/v1/contacts"
HUB = "/api/hub/v1"
Contact = dict[str, Any]


class Doors:
    """An action is done to one of the first contacts there are, deleted ones included; what cannot be done is not."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client = world, client.with_token(world.alice_token)
        self.r0 = R0(self.client, f"/api/v1/orgs/{world.organization.uuid}")
        self.dav: Dav = new_device(client, world.database, world.alice).as_program(IOS)
        self.assistant = Mcp(client, world.alice_token)
        self.acts: list[Callable[[Contact, int], Any]] = [
            self.create_by_inro, self.create_by_hub, self.write_note, self.put_in_folder, self.name_by_r0,
            self.delete_by_r0, self.restore, self.erase, self.give, self.rename_a_tag, self.merge, self.unmerge,
            self.undo, self.add_card, self.delete_card, self.tag_by_assistant, self.save_by_assistant,
            self.undo_by_assistant, self.act_on_page, self.run_batch, self.upsert, self.apply_import, self.undo_import,
        ]  # fmt: skip
        self.undo_ids: list[str] = []
        self.imports: list[Run] = []

    def act(self, kind: int, target: int) -> None:
        contacts = self.client.get(CONTACTS, deleted="any", limit=6).json["items"]
        if contacts:
            self.acts[kind % len(self.acts)](contacts[target % len(contacts)], target)
        else:
            self.create_by_inro({}, target)

    # The contracts -----------------------------------------------------------------------------------------------

    def create_by_inro(self, _: Contact, n: int) -> None:
        self.client.post("/api/v1/contacts", {"contact": {"real_name": f"Person {n}"}})

    def create_by_hub(self, _: Contact, n: int) -> None:
        self.client.post(CONTACTS, {"real_name": f"Person {n}", "tags": [f"tag {n % 3}"], "email": f"p{n}@example.org"})

    def write_note(self, contact: Contact, n: int) -> None:
        self.client.put(f"/api/v1/contacts/{contact['id']}", {"contact": {"notes": f"Note {n}"}})

    def put_in_folder(self, contact: Contact, n: int) -> None:
        self.client.patch(f"{CONTACTS}/{contact['id']}", {"folders": {"add": [f"Folder {n}"]}})

    def name_by_r0(self, contact: Contact, n: int) -> None:
        self.r0.patch(f"/contacts/{contact['uuid']}", {"contact": {"nickname": f"Nick {n}"}})

    def delete_by_r0(self, contact: Contact, _: int) -> None:
        self.r0.delete(f"/contacts/{contact['uuid']}")

    def restore(self, contact: Contact, _: int) -> None:
        self.client.post(f"{CONTACTS}/{contact['id']}/restore")

    def erase(self, contact: Contact, _: int) -> None:
        self.r0.delete(f"/contacts/{contact['uuid']}", soft_delete="false")

    def give(self, contact: Contact, n: int) -> None:
        self.r0.post(f"/contacts/{contact['uuid']}/gifts", {"gift": {"name": f"Gift {n}", "status": "given"}})

    def rename_a_tag(self, _: Contact, n: int) -> None:
        tags = self.r0.get("/tags").json["tags"]
        if tags:
            self.r0.patch(f"/tags/{tags[0]['id']}", {"tag": {"name": f"Renamed {n}"}})

    def merge(self, contact: Contact, _: int) -> None:
        others = self.client.get(CONTACTS, limit=6).json["items"]
        loser = next((each["id"] for each in others if each["id"] != contact["id"]), None)
        if loser is not None:
            self.client.post(f"{HUB}/merges", {"survivor_id": contact["id"], "loser_ids": [loser]})

    def unmerge(self, _: Contact, n: int) -> None:
        merges = self.client.get(f"{HUB}/merges").json["items"]
        if merges:
            where = "survivor" if n % 2 else "both"
            self.client.post(f"{HUB}/merges/{merges[0]['id']}/undo", {"additions_to": where})

    def undo(self, _: Contact, n: int) -> None:
        units = self.client.get(f"{HUB}/history", limit=3).json["items"]
        if units:
            unit = units[n % len(units)]
            self.client.post(f"{HUB}/history/undo", {"first": unit["first"], "last": unit["last"]})

    def run_batch(self, contact: Contact, n: int) -> None:
        operations = [
            {"op": "update", "id": contact["id"], "contact": {"employer": f"Plant {n}"}},
            {"op": "create", "contact": {"real_name": f"Batch {n}", "phone": f"+1 555 01{n:02}"}},
            {"op": "delete" if n % 2 else "restore", "id": contact["id"]},
        ]
        self.client.post(f"{CONTACTS}/batch", {"operations": operations})

    def upsert(self, _: Contact, n: int) -> None:
        match = [{"by": "email", "value": f"p{n}@example.org"}]
        self.client.post(f"{CONTACTS}/upsert", {"match": match, "contact": {"nickname": f"Upserted {n}"}})

    def apply_import(self, _: Contact, n: int) -> None:
        """A file about somebody whom another door may have made, and about somebody new."""
        with TemporaryDirectory() as folder:
            employer = f"Plant {len(self.imports)}"
            rows = [
                person("Person", str(n), f"p{n}@example.org", employer=employer),
                person("Row", str(n), f"r{n}@x.org"),
            ]
            run, _import = applied(self.world.database, self.world.alice, Path(folder), google(Path(folder), *rows))
        self.imports.append(run)

    def undo_import(self, _: Contact, n: int) -> None:
        if self.imports:
            undo(self.imports[n % len(self.imports)])

    # Phones, assistants, pages -----------------------------------------------------------------------------------

    def add_card(self, _: Contact, n: int) -> None:
        """Adds a card, or changes the one that this phone has added before."""
        card = make_card(f"FN:Card {n}", f"N:{n};Card;;;", f"NICKNAME:{len(self.undo_ids)}", uid=f"card-{n}")
        self.dav.put(f"card-{n}.vcf", card)

    def delete_card(self, _: Contact, n: int) -> None:
        hrefs = [href for href in self.dav.sync().hrefs if href.endswith(".vcf")]
        if hrefs:
            self.dav.call("DELETE", hrefs[n % len(hrefs)])

    def tag_by_assistant(self, contact: Contact, n: int) -> None:
        self._call("organize_contacts", ids=[self._present(contact, n)], add_tags=[f"tag {n}"], make_missing=True)

    def save_by_assistant(self, contact: Contact, n: int) -> None:
        self._call("save_contacts", contacts=[
            {"match": {"by": "id", "value": str(contact["id"])}, "job_title": f"Job {n}"}, {"first_name": f"New {n}"},
        ])  # fmt: skip

    def undo_by_assistant(self, _: Contact, n: int) -> None:
        if self.undo_ids:
            self._call("undo", undo_id=self.undo_ids[n % len(self.undo_ids)])

    def _call(self, tool: str, **arguments: Any) -> None:
        result = self.assistant.result("tools/call", {"name": tool, "arguments": arguments})
        if undo := result["structuredContent"].get("undo"):
            self.undo_ids.append(undo["id"])

    def _present(self, contact: Contact, n: int) -> int:
        """The id of a contact that is not deleted, if there is one."""
        contacts = self.client.get(CONTACTS, limit=6).json["items"]
        id_: int = contacts[n % len(contacts)]["id"] if contacts else contact["id"]
        return id_

    def act_on_page(self, contact: Contact, n: int) -> None:
        """What the page of people does with a selection."""
        contact_id = self._present(contact, n)
        # a page answers that there is no such contact
        with suppress(NotFound), self.world.database.write() as tx:
            caller = replace(self.world.alice, via="web")
            tag = create_term(tx, caller, TAGS, f"tag {n % 3}")
            act = (Act("tag", tag.id), Act("untag", tag.id), Act("delete"))[n % 3]
            act_on(tx, caller, act, [contact_id])
