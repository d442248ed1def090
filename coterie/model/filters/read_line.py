"""Filters in one line.

    filter = group *("OR" group)        OR, AND and NOT in capitals
    group  = 1*(["-"] term)             terms side by side are joined by AND
    term   = "(" filter ")" / word / key ":" value *("," value)

    key:value   key:a,b (either)   key:>3  >=3  <3  <=3  3..5   key:^begins   key:=exactly   key:* (has any)   key:none
    created:>90d (longer ago)   created:<7d (within)   birthday:next30d   birthday:month:5   has:key   stale:90d

A value in quotes may hold any character; a backslash takes the next one literally.
"""

import re
from collections.abc import Sequence

from coterie.model.filters.fields import DAY, DUE, FIELDS, MOMENT, OPS, SEVERAL, TEXT_FIELD, Field, find_field
from coterie.model.filters.limits import check_nesting, check_size
from coterie.model.filters.problems import problem, quoted, suggestion
from coterie.model.filters.spans import AMOUNT
from coterie.model.filters.tree import CONDITIONS_MAX, LENGTH_MAX, VALUES_MAX, Condition, Filter, Not, all_of, any_of
from coterie.model.filters.values import check_condition

_SPACE = re.compile(r"\s*")
_KEY = re.compile(r"[^\s()\",:\\]+(?=:)")
_ATOM = re.compile(r"[^\s()\",\\]+")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_END = re.compile(r"[\s()\"]|$")
_COMPARISONS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "^": "starts", "=": "is"}
_SUGAR = ("has", "stale")


def parse_line(line: str) -> Filter:
    """Parses a filter in one line.

    Raises Invalid, with the position from 1, if the line is empty or too long, does not follow the grammar, or has an
    unknown field, operator or value.
    """
    if len(line) > LENGTH_MAX:
        raise problem(f"it is longer than {LENGTH_MAX:,} characters", kind="too_long")
    reader = _Reader(line)
    filter_ = reader.filter(0)
    if reader.place < len(line):
        raise problem('")" has no "(" before it', position=reader.place)
    return check_size(filter_)


class _Reader:
    """Reads from place on. Each method leaves place at the next character that is not a space."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.place = 0
        self.condition_count = 0
        self._skip("")

    def filter(self, depth: int) -> Filter:
        groups = [self._group(depth)]
        while self._takes_word("OR"):
            groups.append(self._group(depth))
        return any_of(groups)

    def _group(self, depth: int) -> Filter:
        terms = [self._term(depth)]
        while not self._is_at_end():
            self._takes_word("AND")
            terms.append(self._term(depth))
        return all_of(terms)

    def _is_at_end(self) -> bool:
        return self.place == len(self.line) or self.line[self.place] == ")" or self._is_word("OR")

    def _term(self, depth: int) -> Filter:
        start = self.place
        check_nesting(depth, start)
        if self.line[start : start + 1] == "-" or self._is_word("NOT"):
            self._skip("-" if self.line[start] == "-" else "NOT")
            return Not(self._term(depth + 1))
        if self.line[start : start + 1] == "(":
            self._skip("(")
            inner = self.filter(depth + 1)
            if self.line[self.place : self.place + 1] != ")":
                raise problem('"(" is never closed', position=start)
            self._skip(")")
            return inner
        self.condition_count += 1
        if self.condition_count > CONDITIONS_MAX:
            raise problem(f"it has more than {CONDITIONS_MAX} conditions", position=start, kind="too_large")
        key = _KEY.match(self.line, start)
        return self._pair(key[0]) if key else self._word()

    def _word(self) -> Filter:
        start = self.place
        if start == len(self.line) or self.line[start] in "),:" or self._is_word("OR") or self._is_word("AND"):
            found = quoted(self.line[start : start + 1]) if start < len(self.line) else "the end"
            raise problem(f"a word or a condition such as tag:friends is missing before {found}", position=start)
        text = self._plain_atom()
        self._skip("")
        return self._checked(FIELDS[TEXT_FIELD], None, [text], start)

    def _pair(self, key: str) -> Filter:
        start = self.place
        self.place += len(key) + 1
        name = key.lower()
        field = find_field(name)
        if field is None and name not in _SUGAR:
            hint = suggestion(name, (*FIELDS, *_SUGAR)) or '; put a text with a colon in quotes: "12:30"'
            raise problem(f"{quoted(key)} is not a field{hint}", position=start)
        atoms = [self._value()]
        while self.line[self.place : self.place + 1] == ",":
            self.place += 1
            atoms.append(self._value())
            if len(atoms) > VALUES_MAX:
                raise problem(f"{name} has more than {VALUES_MAX} values", position=start, kind="too_large")
        self._skip("")
        if field is None:
            return self._sugar(name, atoms, start)
        return self._condition(field, atoms, start)

    def _value(self) -> tuple[str, str, str]:
        """(operator, text, text after ".."); the operator is as it is written."""
        written = ""
        for prefix in _COMPARISONS:
            if self.line.startswith(prefix, self.place):
                written = prefix
                self.place += len(prefix)
                break
        text, is_quoted = self._atom()
        if is_quoted and not written and text[:1] in ("^", "="):
            written, text = text[0], text[1:]
        text = re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if is_quoted else text
        if is_quoted and self.line.startswith("..", self.place):
            self.place += 2
            return "..", text, self._plain_atom()
        if not is_quoted and not written:
            first, dots, second = text.partition("..")
            if dots and first:
                return "..", first, second or self._plain_atom()
            return ("*" if text == "*" else "none" if text.lower() == "none" else ""), text, ""
        return written or '"', text, ""

    def _plain_atom(self) -> str:
        text, is_quoted = self._atom()
        return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if is_quoted else text

    def _atom(self) -> tuple[str, bool]:
        """The text of a bare or quoted value, and whether it is quoted (with its backslashes)."""
        if match := _STRING.match(self.line, self.place):
            self.place = match.end()
            return match[1], True
        if match := _ATOM.match(self.line, self.place):
            self.place = match.end()
            return match[0], False
        if self.line.startswith('"', self.place):
            raise problem("a quote is never closed", position=self.place)
        raise problem("a value is missing; put special characters in quotes", position=self.place)

    def _condition(self, field: Field, atoms: Sequence[tuple[str, str, str]], start: int) -> Filter:
        pairs = [_read_value(field, *atom) for atom in atoms]
        if pairs[0][0] == "month":  # month:5,6
            pairs = [("month" if op is None else op, values) for op, values in pairs]
        ops = {op for op, _ in pairs}
        if len(ops) > 1 or (len(pairs) > 1 and not ops <= {None, *SEVERAL}):
            raise problem(f"the values of {field.name} must all be compared alike; use OR", position=start)
        return self._checked(field, ops.pop(), [value for _, values in pairs for value in values], start)

    def _checked(self, field: Field, op: str | None, values: Sequence[str], start: int) -> Condition:
        try:
            return check_condition(field, op, values)
        except ValueError as error:
            raise problem(str(error), position=start) from None

    def _sugar(self, name: str, atoms: Sequence[tuple[str, str, str]], start: int) -> Filter:
        """has:phone is phone:*; stale:90d is (last_touch:>90d OR last_touch:none)."""
        if len(atoms) > 1 or atoms[0][0] not in ("", '"'):
            raise problem(f"{name} takes one value", position=start)
        text = atoms[0][1]
        if name == "has":
            field = find_field(text.lower())
            if field is None:
                raise problem(f"{quoted(text)} is not a field{suggestion(text, FIELDS)}", position=start)
            return self._checked(field, "any", (), start)
        touch = FIELDS["last_touch"]
        return any_of([self._checked(touch, "older_than", [text], start), self._checked(touch, "none", (), start)])

    def _is_word(self, word: str) -> bool:
        return self.line.startswith(word, self.place) and bool(_END.match(self.line, self.place + len(word)))

    def _takes_word(self, word: str) -> bool:
        if not self._is_word(word):
            return False
        self._skip(word)
        return True

    def _skip(self, text: str) -> None:
        match = _SPACE.match(self.line, self.place + len(text))
        assert match is not None
        self.place = match.end()


def _read_value(field: Field, written: str, text: str, second: str) -> tuple[str | None, list[str]]:
    """(operator or None for the usual one, values) of one written value."""
    if written == "*":
        return "any", []
    if written == "none":
        return "none", []
    if written == "..":
        return "between", [text, second]
    op = _COMPARISONS.get(written)
    if field.kind == MOMENT and op in ("gt", "lt") and AMOUNT.fullmatch(text.lower()):
        op = "older_than" if op == "gt" else "newer_than"
    if field.kind == DUE and op == "lt" and AMOUNT.fullmatch(text.lower()):
        op = "within_next"
    if written == "" and field.kind in (DAY, DUE) and text.lower().startswith("next"):
        return "within_next", [text[4:]]
    if written == "" and field.kind == DAY and text.lower().startswith("month:"):
        return "month", [text[6:]]
    return (None if op == OPS[field.kind][0] else op), [text]
