"""Prompts: work that people do often, as instructions for an assistant. They need no database."""

from typing import Any

from msgspec import Struct

from coterie.mcp.envelope import INVALID_PARAMS, RpcError
from coterie.mcp.texts import clean, cut

_ARGUMENT_LENGTH = 200


class Prompt(Struct, frozen=True):
    """argument: (name, description) of the one argument, which is required; None without. text: {argument} in it is
    replaced by its value."""

    name: str
    title: str
    description: str
    text: str
    argument: tuple[str, str] | None = None


PROMPTS = (
    Prompt(
        "prepare-meeting", "Prepare a meeting", "What to know before you meet somebody.",
        "I am about to meet {argument}. Find them with find_contacts (ask me if several fit), then read get_contacts"
        " with handles, dates, relationships, notes and reminders, and read_timeline for the last conversations. Write"
        " a brief of at most 200 words: who they are, how we know each other, what we last spoke about, what I"
        " promised, their family and dates that are near, and three questions to ask. Name what you do not know."
        " Change nothing.",
        ("contact", "Name or id of the person"),
    ),
    Prompt(
        "weekly-review", "Weekly review", "Whom to reach this week, and what changed.",
        "Help me stay in touch. Call who_to_reach for 7 days and list_changes for what is new. List at most ten people,"
        " the most important first, with the reason and one idea of what to write; look at read_timeline for those"
        " where it helps. Then ask me which to snooze or to set a reminder for, and do only what I confirm.",
    ),
    Prompt(
        "tidy-up", "Tidy up", "Duplicates and gaps in the address book.",
        "Help me tidy my address book. Call find_duplicates and show me the likeliest pairs with their reasons, one at"
        " a time; merge only those I confirm. Then look for people without any tag or folder (find_contacts with the"
        " filter tag:none folder:none), suggest tags that exist (about, part tags), and apply what I agree to. Tell"
        " me the undo id of each change.",
    ),
)  # fmt: skip
_BY_NAME = {prompt.name: prompt for prompt in PROMPTS}


def list_prompts() -> list[dict[str, Any]]:
    """The prompts as prompts/list shows them."""
    return [
        {"name": each.name, "title": each.title, "description": each.description, "arguments": _arguments(each)}
        for each in PROMPTS
    ]


def _arguments(prompt: Prompt) -> list[dict[str, Any]]:
    if prompt.argument is None:
        return []
    name, description = prompt.argument
    return [{"name": name, "description": description, "required": True}]


def argument_of(name: Any) -> str | None:
    """The name of the argument of a prompt; None if it has none. Raises RpcError if there is no such prompt."""
    argument = _find_prompt(name).argument
    return argument[0] if argument is not None else None


def _find_prompt(name: Any) -> Prompt:
    prompt = _BY_NAME.get(name) if isinstance(name, str) else None
    if prompt is None:
        raise RpcError(INVALID_PARAMS, f"Unknown prompt: {str(name)[:100]}; there are {', '.join(_BY_NAME)}")
    return prompt


def get_prompt(params: dict[str, Any]) -> dict[str, Any]:
    """The result of prompts/get. Raises RpcError if there is no such prompt, or its argument is missing."""
    prompt = _find_prompt(params.get("name"))
    text = prompt.text
    if prompt.argument is not None:
        given = params.get("arguments")
        value = given.get(prompt.argument[0]) if isinstance(given, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise RpcError(INVALID_PARAMS, f"The argument {prompt.argument[0]} is missing: {prompt.argument[1]}")
        text = text.replace("{argument}", cut(clean(value).strip(), _ARGUMENT_LENGTH))
    message = {"role": "user", "content": {"type": "text", "text": text}}
    return {"description": prompt.description, "messages": [message]}
