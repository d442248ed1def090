"""A contact as filters see it, in plain Python, and the moment at which they are asked."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from coterie.model.filters.spans import Clock

# a Sunday evening in New York, and already Monday in UTC
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
CLOCK = Clock(NOW, ZONE)


@dataclass
class Person:
    id: int
    status: str = "subscribed"
    gender: str | None = None
    language: str | None = None
    is_follower: bool | None = None
    follower_count: int | None = None
    follower_growth: int | None = None
    relationship_grade: int | None = None
    created_at: str = ""
    updated_at: str = ""
    # (channel, normalized) of those the contact has now
    handles: list[tuple[str, str]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    expertises: set[str] = field(default_factory=set)
    birthday: str | None = None
    picture: bool = False
    # codes of addresses
    countries: list[str] = field(default_factory=list)
    gifts: list[str] = field(default_factory=list)
    # due_at of the reader's open ones
    reminders: list[str] = field(default_factory=list)
    # the day to be in touch, and how often
    plan: tuple[str, str] | None = None
    # (type, contact "#id" it is this to; "" for the reader)
    relations: list[tuple[str, str]] = field(default_factory=list)
    via: str = "test"
    import_id: str | None = None
    sources: list[str] = field(default_factory=list)
    # column -> text
    texts: dict[str, str | None] = field(default_factory=dict)
    # column -> text, of each address
    places: list[dict[str, str | None]] = field(default_factory=list)
    # those the reader may see
    notes: list[str] = field(default_factory=list)
    # slug -> value
    properties: dict[str, Any] = field(default_factory=dict)
    # (label, date)
    dates: list[tuple[str, str]] = field(default_factory=list)
    anniversaries: list[str] = field(default_factory=list)
    # (kind, direction, moment)
    interactions: list[tuple[str, str, str]] = field(default_factory=list)
