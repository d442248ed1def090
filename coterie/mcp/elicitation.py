"""Asking the user through the client: a form with one tick, for clients of the modern era that show forms."""

from typing import Any

from coterie.mcp.envelope import Envelope
from coterie.mcp.texts import clean

_KEY = "confirm"
_SCHEMA = {
    "type": "object",
    "properties": {_KEY: {"type": "boolean", "title": "Yes, do this", "default": False}},
    "required": [_KEY],
}


def present_question(question: str, state: str) -> dict[str, Any]:
    """The result that lets the client ask and call again with the answer and the state."""
    params = {"mode": "form", "message": clean(question), "requestedSchema": _SCHEMA}
    request = {"method": "elicitation/create", "params": params}
    return {"resultType": "input_required", "inputRequests": {_KEY: request}, "requestState": state}


def read_answer(envelope: Envelope) -> dict[str, Any]:
    """can_ask, agreed and state of a call: whether the client shows forms, and the user's response to ours."""
    ability = envelope.capabilities.get("elicitation")
    can_ask = isinstance(ability, dict) and (not ability or "form" in ability)
    responses, state = envelope.params.get("inputResponses"), envelope.params.get("requestState")
    agreed = None
    if isinstance(responses, dict) and _KEY in responses:
        response = responses[_KEY] if isinstance(responses[_KEY], dict) else {}
        content = response.get("content")
        ticked = isinstance(content, dict) and content.get(_KEY) is True
        agreed = response.get("action") == "accept" and ticked
    return {"can_ask": can_ask, "agreed": agreed, "state": state if isinstance(state, str) else None}
