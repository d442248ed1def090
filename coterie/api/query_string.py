"""Reads the query string of a request, for all contracts."""

from typing import Any

from coterie.api.route import Contract
from coterie.errors import Invalid, Problem
from coterie.http.errors import InvalidQuery, NotAcceptable
from coterie.http.forms import find_repeated, parse_form


def parse_query(contract: Contract, query_string: bytes) -> dict[str, Any]:
    """The query's parameters.

    Raises InvalidQuery if it is malformed, or repeats a parameter in a contract without forms (in the others the last
    value counts, as in Rack); NotAcceptable if ?format= is not json.
    """
    if not query_string:
        return {}
    try:
        query = parse_form(query_string)
    except Invalid as error:
        raise InvalidQuery(Problem(("query",), "invalid", error.problems[0].reason)) from None
    repeated = None if contract.reads_forms else find_repeated(query_string)
    if repeated is not None:
        raise InvalidQuery(Problem((repeated,), "invalid", "is sent more than once; send it once"))
    if query.get("format", "json") != "json":
        raise NotAcceptable(f"The requested format '{str(query['format'])[:40]}' is not supported.")
    return query
