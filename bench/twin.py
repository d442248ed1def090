"""The twin: the same requests, served by a competent program on a popular stack: FastAPI, SQLAlchemy's ORM, aiosqlite.

It serves the same file and the same bodies (response models), checks the token in a dependency, loads parts by
selectinload and takes the total from the cached count. The handlers are those of its libraries' documentation.

    python -m bench.twin FILE PORT
"""

import hashlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import and_, event, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship, selectinload

from coterie.model import times
from coterie.model.text import sort_key


class Base(DeclarativeBase):
    pass


class Membership(Base):
    __tablename__ = "memberships"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)


class AccessToken(Base):
    __tablename__ = "access_tokens"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    token_hash: Mapped[str]
    expires_at: Mapped[str | None]
    revoked_at: Mapped[str | None]


class Counter(Base):
    __tablename__ = "counters"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Folder(Base):
    __tablename__ = "folders"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class ContactFolder(Base):
    __tablename__ = "contact_folders"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[Folder] = relationship(
        primaryjoin=lambda: and_(
            Folder.organization_id == ContactFolder.organization_id, Folder.id == foreign(ContactFolder.folder_id)
        ),
        viewonly=True,
    )


class PropertyValue(Base):
    __tablename__ = "property_values"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Interaction(Base):
    __tablename__ = "interactions"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    happened_at: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str]
    text: Mapped[str | None]
    is_recent: Mapped[bool]


class Contact(Base):
    __tablename__ = "contacts"
    # a session sees one organization: there the id alone is a key, and parts are found by one value
    organization_id: Mapped[int]
    id: Mapped[int] = mapped_column(primary_key=True)
    display_name: Mapped[str | None]
    name_prefix: Mapped[str | None]
    first_name: Mapped[str | None]
    middle_name: Mapped[str | None]
    last_name: Mapped[str | None]
    name_suffix: Mapped[str | None]
    nickname: Mapped[str | None]
    username: Mapped[str | None]
    profile_picture_url: Mapped[str | None]
    status: Mapped[str]
    pinned_note: Mapped[str | None]
    is_follower: Mapped[bool | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str | None]
    follower_count: Mapped[int | None]
    follower_growth: Mapped[int | None]
    bio: Mapped[str | None]
    bio_key: Mapped[str]
    revision: Mapped[int]
    website: Mapped[str | None]
    created_at: Mapped[str]
    updated_at: Mapped[str]
    deleted_at: Mapped[str | None]
    # the queries that load these add the organization: SQLite uses no index for pairs of values in a list
    folder_links: Mapped[list[ContactFolder]] = relationship(
        primaryjoin=lambda: Contact.id == foreign(ContactFolder.contact_id), viewonly=True
    )
    values: Mapped[list[PropertyValue]] = relationship(
        primaryjoin=lambda: Contact.id == foreign(PropertyValue.contact_id), viewonly=True
    )
    recent: Mapped[list[Interaction]] = relationship(
        primaryjoin=lambda: Contact.id == foreign(Interaction.contact_id),
        order_by=[Interaction.kind, Interaction.happened_at.desc(), Interaction.id.desc()],
        viewonly=True,
    )


class Event(Base):
    __tablename__ = "events"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[str]
    user_id: Mapped[str | None]
    via: Mapped[str]
    changes: Mapped[str | None]
    happened_at: Mapped[str]


class EventContact(Base):
    __tablename__ = "event_contacts"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)


class FolderModel(BaseModel):
    id: int
    name: str


class MessageModel(BaseModel):
    content: str | None
    received_at: str
    received: bool


class TextModel(BaseModel):
    text: str | None
    received_at: str


class ContactModel(BaseModel):
    id: int
    name: str | None
    username: str | None
    instagram_url: str | None
    profile_picture: str | None
    status: str
    notes: str | None
    is_follower: bool | None
    email: str | None
    real_name: str | None
    phone: str | None
    language: str | None
    follower_count: int | None
    follower_growth: int | None
    bio: str | None
    website: str | None
    created_at: str
    updated_at: str
    custom_properties: dict[str, Any]
    folders: list[FolderModel]
    last_messages: list[MessageModel]
    last_comments: list[TextModel]
    last_mentions: list[TextModel]


class ContactFields(BaseModel):
    bio: str | None = None


class ContactBody(BaseModel):
    contact: ContactFields


engine = create_async_engine(f"sqlite+aiosqlite:///{sys.argv[1] if len(sys.argv) > 1 else ':memory:'}")
Session = async_sessionmaker(engine, expire_on_commit=False)


def parts(organization_id: int) -> tuple[Any, ...]:
    return (
        selectinload(Contact.folder_links.and_(ContactFolder.organization_id == organization_id)).joinedload(
            ContactFolder.folder
        ),
        selectinload(Contact.values.and_(PropertyValue.organization_id == organization_id)),
        selectinload(Contact.recent.and_(Interaction.organization_id == organization_id, Interaction.is_recent)),
    )


@event.listens_for(engine.sync_engine, "connect")
def set_pragmas(connection: Any, record: Any) -> None:
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "busy_timeout=10000", "mmap_size=268435456"):
        connection.execute(f"PRAGMA {pragma}")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def get_caller(session: SessionDep, authorization: Annotated[str, Header()] = "") -> AccessToken:
    token_hash = hashlib.sha256(authorization[7:].encode()).hexdigest()
    token = await session.scalar(
        select(AccessToken)
        .join(Membership, and_(Membership.organization_id == AccessToken.organization_id,
                               Membership.user_id == AccessToken.user_id))
        .where(AccessToken.token_hash == token_hash, AccessToken.revoked_at.is_(None))
    )  # fmt: skip
    if token is None:
        raise HTTPException(401)
    return token


CallerDep = Annotated[AccessToken, Depends(get_caller)]


def present(contact: Contact) -> ContactModel:
    named = (contact.name_prefix, contact.first_name, contact.middle_name, contact.last_name, contact.name_suffix)
    real_name = " ".join(part for part in named if part) or None
    texts = {
        kind: [TextModel(text=i.text, received_at=i.happened_at) for i in contact.recent if i.kind == kind]
        for kind in ("comment", "mention")
    }
    return ContactModel(
        id=contact.id, name=contact.display_name or real_name or contact.nickname, username=contact.username,
        instagram_url=f"https://www.instagram.com/{contact.username}" if contact.username else None,
        profile_picture=contact.profile_picture_url, status=contact.status, notes=contact.pinned_note,
        is_follower=contact.is_follower, email=contact.email, real_name=real_name, phone=contact.phone,
        language=contact.language, follower_count=contact.follower_count, follower_growth=contact.follower_growth,
        bio=contact.bio, website=contact.website, created_at=contact.created_at, updated_at=contact.updated_at,
        custom_properties={value.slug: json.loads(value.value) for value in contact.values},
        folders=[
            FolderModel(id=folder.id, name=folder.name)
            for folder in sorted((link.folder for link in contact.folder_links), key=lambda folder: folder.id)
        ],
        last_messages=[
            MessageModel(content=i.text, received_at=i.happened_at, received=i.direction == "incoming")
            for i in contact.recent
            if i.kind == "message"
        ],
        last_comments=texts["comment"], last_mentions=texts["mention"],
    )  # fmt: skip


async def find(session: AsyncSession, organization_id: int, contact_id: int) -> Contact:
    contact = await session.scalar(
        select(Contact)
        .where(Contact.organization_id == organization_id, Contact.id == contact_id, Contact.deleted_at.is_(None))
        .options(*parts(organization_id))
    )
    if contact is None:
        raise HTTPException(404)
    return contact


@app.get("/api/v1/contact")
async def show(id: int, session: SessionDep, caller: CallerDep) -> ContactModel:
    return present(await find(session, caller.organization_id, id))


@app.get("/api/v1/contacts")
async def list_(
    session: SessionDep, caller: CallerDep, response: Response, page: int = 1, per_page: int = 25
) -> list[ContactModel]:
    total = await session.scalar(
        select(Counter.value).where(Counter.organization_id == caller.organization_id, Counter.name == "contacts")
    )
    found = await session.scalars(
        select(Contact)
        .where(Contact.organization_id == caller.organization_id, Contact.deleted_at.is_(None))
        .order_by(Contact.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
        .options(*parts(caller.organization_id))
    )
    response.headers["X-Total"] = str(total)
    return [present(contact) for contact in found]


async def next_number(session: AsyncSession, organization_id: int, name: str) -> int | None:
    return await session.scalar(
        update(Counter)
        .where(Counter.organization_id == organization_id, Counter.name == name)
        .values(value=func.coalesce(Counter.value, 0) + 1)
        .returning(Counter.value)
    )


@app.put("/api/v1/contacts/{contact_id}")
async def put(contact_id: int, body: ContactBody, session: SessionDep, caller: CallerDep) -> ContactModel:
    await session.commit()
    await session.execute(text("BEGIN IMMEDIATE"))
    contact = await find(session, caller.organization_id, contact_id)
    if contact.bio != body.contact.bio:
        before, contact.bio = contact.bio, body.contact.bio
        contact.bio_key, contact.updated_at = sort_key(contact.bio), times.now()
        number = await next_number(session, caller.organization_id, "event_id")
        contact.revision = number or 0
        session.add(
            Event(
                organization_id=caller.organization_id,
                id=number,
                kind="contact.updated",
                subject_id=str(contact_id),
                user_id=caller.user_id,
                via="inro",
                changes=json.dumps({"bio": [before, contact.bio]}),
                happened_at=contact.updated_at,
            )
        )
        await session.flush()
        session.add(EventContact(organization_id=caller.organization_id, event_id=number, contact_id=contact_id))
    await session.commit()
    return present(contact)


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools", log_config=None,
        access_log=False,
    )  # fmt: skip
