"""Conditions on handles that a contact has now: not deleted, and not former."""

import re

from coterie.errors import Invalid
from coterie.model.filters.fields import CHANNEL_OF
from coterie.model.filters.tree import Condition
from coterie.model.handles import EMAIL, INSTAGRAM, LINKEDIN, PHONE, WEBSITE, normalize, normalize_url
from coterie.store.filters.builder import Builder, either, escaped

LAST_CHARACTER = "\U0010ffff"
_CURRENT = "x.deleted_at IS NULL AND NOT x.is_former"


def handle(condition: Condition, builder: Builder) -> str:
    """A handle of a channel, or of any."""
    channel = CHANNEL_OF[condition.field]
    may_lead = channel is not None and condition.op in ("is", "starts")
    column = "x.channel" if may_lead else builder.scanned("x.channel")
    of_channel = f"{column} = {builder.bind(channel)} AND {_CURRENT}" if channel else _CURRENT
    if condition.op in ("any", "none"):
        exists = builder.has("handles x", of_channel)
        return exists if condition.op == "any" else f"NOT {exists}"
    tests = [_test(str(value), channel, condition.op, builder) for value in condition.values]
    return builder.has("handles x", f"{of_channel} AND {either(tests)}", may_lead=may_lead)


def on_channel(condition: Condition, builder: Builder) -> str:
    """A handle on one of these channels."""
    channels = builder.bind_all(condition.values) if condition.values else ""
    which = f"{builder.scanned('x.channel')} IN {channels} AND {_CURRENT}" if channels else _CURRENT
    exists = builder.has("handles x", which)
    return f"NOT {exists}" if condition.op == "none" else exists


def _test(text: str, channel: str | None, op: str, builder: Builder) -> str:
    if op == "is":
        return f"x.normalized = {builder.bind(exact_form(text, channel, builder.reader.country))}"
    plain = partial_form(text, channel)
    if op == "starts":
        # a range, which the index has; no character sorts after U+10FFFF
        return f"(x.normalized >= {builder.bind(plain)} AND x.normalized < {builder.bind(plain + LAST_CHARACTER)})"
    # @example.org is the end of an e-mail address
    end = "" if channel == EMAIL and plain.startswith("@") else "%"
    return f"x.normalized LIKE {builder.bind('%' + escaped(plain) + end)} ESCAPE '!'"


def exact_form(text: str, channel: str | None, country: str | None) -> str:
    """A whole handle in the form in which it is stored for matching."""
    if channel is None:
        return text.lower()
    try:
        return normalize(channel, text, country, "filter")[1]
    except Invalid:  # no contact has it
        return text.lower()


def partial_form(text: str, channel: str | None) -> str:
    """A part of a handle in the same form: of a phone number its digits, with the + before a country code."""
    if channel == PHONE:
        return ("+" if text.startswith("+") else "") + re.sub(r"\D", "", text) or text.lower()
    if channel in (WEBSITE, LINKEDIN):
        return normalize_url(text) or text.lower()
    return text.lower().removeprefix("@") if channel == INSTAGRAM else text.lower()
