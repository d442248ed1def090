"""A small world with names: Alice owns an organization, Bob is its member, Charlie owns another one."""

from dataclasses import dataclass
from uuid import uuid4

from argon2 import PasswordHasher

from coterie.actions.access_tokens import insert_token
from coterie.actions.contacts import create_contact
from coterie.actions.organizations import create_organization
from coterie.identity.keeping import key_changes
from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.ids import new_id
from coterie.model.organizations import MEMBER, Caller, Organization, User
from coterie.store.database import Database, Tx
from coterie.store.organizations import insert_membership, insert_user

PASSWORD = "correct horse"
# the least that argon2 allows; a hash names its parameters, so checking it is quick too
LEAST_WORK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = LEAST_WORK.hash(PASSWORD)


@dataclass(frozen=True)
class World:
    database: Database
    organization: Organization
    alice: Caller
    alice_email: str
    alice_token: str
    bob: Caller
    bob_token: str
    charlie: Caller
    charlie_token: str
    marge: Contact
    homer: Contact
    # Charlie's contact, which does not exist for Alice
    moe: Contact

    def compute_keys(self) -> None:
        """Computes the keys for matching, as the worker does within a minute."""
        with self.database.write() as tx:
            while key_changes(tx, self.organization.id, limit=500):
                pass


def make_world(database: Database) -> World:
    """Two new organizations in a database that may have others."""
    mark = uuid4().hex[:12]
    with database.write() as tx:
        ours, alice, alice_token = _organization(tx, "Evergreen Terrace", f"alice-{mark}@example.org")
        theirs, charlie, charlie_token = _organization(tx, "Moe's Tavern", f"charlie-{mark}@example.org")
        bob, bob_token = _member(tx, ours, f"bob-{mark}@example.org")
        alice_caller, charlie_caller = _caller(ours, alice), _caller(theirs, charlie)
        marge = create_contact(
            tx,
            alice_caller,
            {
                "real_name": "Marge Simpson",
                "username": "marge",
                "email": "marge@example.org",
                "phone": "(800) 555-5555",
            },
        )
        homer = create_contact(tx, alice_caller, {"real_name": "Homer Simpson", "email": "homer@example.org"})
        moe = create_contact(tx, charlie_caller, {"real_name": "Moe Szyslak", "email": "moe@example.org"})
    return World(
        database, ours, alice_caller, alice.email, alice_token, _caller(ours, bob), bob_token, charlie_caller,
        charlie_token, marge, homer, moe,
    )  # fmt: skip


def _organization(tx: Tx, name: str, email: str) -> tuple[Organization, User, str]:
    return create_organization(tx, name=name, email=email, password_hash=PASSWORD_HASH, username=None, country="US")


def _member(tx: Tx, organization: Organization, email: str) -> tuple[User, str]:
    now = times.now()
    user = User(new_id(), email, "Bob", None, "UTC", now, now)
    insert_user(tx, user, email, PASSWORD_HASH)
    insert_membership(tx, organization.id, user.id, MEMBER, now)
    return user, insert_token(tx, organization.id, user_id=user.id, name="bob")[1]


def _caller(organization: Organization, user: User) -> Caller:
    return Caller.for_organization(organization, user_id=user.id, via="test")
