"""Finds the route of a path: the tables of all contracts as one tree of path segments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from coterie.api.route import Contract, Route
from coterie.errors import Invalid, NotFound
from coterie.http.errors import InvalidQuery
from coterie.http.fields import reader

# keys of the tree that no segment of a path can be
_PARAMETER, _END = object(), object()


class CompiledRoute(Struct, frozen=True):
    """A route with its readers, which are compiled once."""

    route: Route
    contract: Contract
    template: str
    read_query: Callable[[Mapping[str, Any]], Any] | None
    read_body: Callable[[Mapping[str, Any]], Any] | None

    def read(self, query: dict[str, Any], body: dict[str, Any]) -> tuple[Any, Any]:
        """Body and query as the Structs of the route. A DELETE may send the fields of its body in the query.

        Raises Invalid for a body, InvalidQuery for a query.
        """
        fields: Any = body
        if self.read_body is not None:
            fields = self.read_body(body | query if self.route.method == "DELETE" else body)
        if self.read_query is None:
            return fields, query
        try:
            return fields, self.read_query(query)
        except Invalid as error:
            raise InvalidQuery(*error.problems) from None


class FoundPath(Struct, frozen=True):
    """The routes of a path by method, and the values of its {parameters}."""

    contract: Contract
    routes: Mapping[str, CompiledRoute]
    path: dict[str, str]

    def allowed_methods(self) -> list[str]:
        """The methods for an Allow header."""
        return [*self.routes, *(["HEAD"] if "GET" in self.routes else []), "OPTIONS"]


class Routes:
    """The route tables of all contracts as one tree of path segments; a {parameter} matches any one segment.

    Raises ValueError if a method and path occur twice.
    """

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._root: dict[Any, Any] = {}
        self._contracts: dict[str, Contract] = {}
        self._default = contracts[0]
        for contract in contracts:
            for route in contract.routes:
                self._add(contract, route)

    def _add(self, contract: Contract, route: Route) -> None:
        template = contract.prefix + route.path
        segments = template.strip("/").split("/")
        # the prefix, or the segment after a shared one, decides which contract presents the errors of an unknown path
        depth = contract.prefix.count("/")
        self._contracts.setdefault("/".join(segments[:depth]), contract)
        self._contracts.setdefault("/".join(segments[: depth + 1]), contract)
        node, names = self._root, []
        for key in segments:
            segment: Any = key
            if segment.startswith("{"):
                names.append(segment[1:-1])
                segment = _PARAMETER
            parent, node = node, node.setdefault(segment, {})
            for other in contract.spellings.get(key, ()):
                parent[other] = node
        routes, _ = node.setdefault(_END, ({}, names))
        if route.method in routes:
            raise ValueError(f"{route.method} {template} occurs twice")
        routes[route.method] = CompiledRoute(
            route,
            contract,
            template,
            reader(route.query) if route.query else None,
            reader(route.body) if route.body else None,
        )

    def find(self, path: str) -> FoundPath:
        """Raises NotFound if no route has this path."""
        segments = path.removesuffix(".json").strip("/").split("/")
        values: list[str] = []
        node: Any = self._root
        for segment in segments:
            child = node.get(segment)
            if child is None:
                child = node.get(_PARAMETER) if segment else None
                if child is None:
                    raise NotFound("Not Found")
                values.append(segment)
            node = child
        if _END not in node:
            raise NotFound("Not Found")
        routes, names = node[_END]
        contract = next(iter(routes.values())).contract
        return FoundPath(contract, routes, dict(zip(names, values, strict=True)))

    def contract_of(self, path: str) -> Contract:
        """The contract that presents the errors of a path, known or not."""
        segments = path.removesuffix(".json").strip("/").split("/")
        keys = ("/".join(segments[:depth]) for depth in (4, 3, 2))
        return next((self._contracts[key] for key in keys if key in self._contracts), self._default)
