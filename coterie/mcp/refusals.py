"""Errors of a tool as results: a model reads the reason and can correct its call."""

from typing import Any

from coterie.errors import CoterieError, Invalid
from coterie.mcp.confirmations import AskUser, Declined, Unconfirmed
from coterie.mcp.elicitation import present_question
from coterie.mcp.outputs import present, present_problems
from coterie.mcp.tool import Tool


def present_refusal(error: CoterieError, tool: Tool) -> dict[str, Any]:
    """The result of a tool that raised an error."""
    if isinstance(error, AskUser):
        return present_question(error.message, error.state)
    if isinstance(error, Unconfirmed):
        return present(error.preview, is_error=error.is_refused)
    if isinstance(error, Declined):
        return present({"declined": True, "note": error.message})
    if isinstance(error, Invalid):
        problems = present_problems(error, tool.arguments)
        return present({"error": "The arguments are not valid", "problems": problems}, is_error=True)
    return present({"error": error.message}, is_error=True)
