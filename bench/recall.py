"""Search: how often the contact that is meant comes first, and among the first ten.

    python -m bench.recall

febrl's people come from `make samples`; the other sets are made here. A contact with the name that is meant counts as
found: it is as good an answer.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import phonenumbers

from bench.instance import make_instance
from bench.plan import STANDARD, Plan
from bench.samples import missing_samples, read_febrl
from bench.table import Row, at_least, markdown
from coterie.actions.new_contacts import create_contacts
from coterie.drafts.normalize import normalize_draft
from coterie.model.imports import ContactDraft, HandleDraft
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.search.folding import GERMAN
from coterie.search.nicknames import nicknames_of
from coterie.store.database import Database

GROUP = "recall of search"
# (query, name of the contact that is meant)
Queries = Sequence[tuple[str, str]]
FORMATS = (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL,
           phonenumbers.PhoneNumberFormat.NATIONAL)  # fmt: skip
SURNAMES = ("Ashdown", "Bellweather", "Crowhurst", "Dunmore", "Eastlake", "Fairbrother", "Gatwood", "Hollis")
ACCENTED = ("Müller", "Jørgensen", "Åkesson", "Schröder", "Højgaard", "Bäcker", "Grüßner", "Løvås")
CYRILLIC = (("Сергей", "sergei"), ("Юлия", "yulia"), ("Дмитрий", "dmitri"), ("Наталья", "natalia"), ("Юрий", "yuri"))


def run(plan: Plan) -> list[Row]:
    """The rows of each set."""
    rows = missing_samples(GROUP) or _names()
    rows += _phones()
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def _names() -> list[Row]:
    """The rows of names; febrl's are the book in which they are found."""
    dice = random.Random(7)
    base, misspelt = _febrl()
    rows = _measure("febrl4, misspelt names", base, misspelt, bars=(0.68, 0.82))
    whole = [name for name in dict.fromkeys(base) if len(name.split()) == 2]
    some = dice.sample(whole, 500)
    swapped = [(" ".join(reversed(name.split())), name) for name in some]
    rows += _measure("words swapped", base, swapped, bars=(None, 0.99))
    rows += _measure("run together", base, [(name.replace(" ", ""), name) for name in some], bars=(None, 0.99))
    given = [name for name in sorted({name.split()[0] for name in whole}) if nicknames_of(name)][:300]
    names = [f"{name} {dice.choice(SURNAMES)}" for name in given]
    nicks = [(f"{sorted(nicknames_of(name.split()[0]))[0]} {name.split()[1]}", name) for name in names]
    rows += _measure("nickname and surname", [*base, *names], nicks, bars=(None, 0.99))
    accents = [f"{name.split()[0]} {surname}" for surname in ACCENTED for name in some[:15]]
    spelled = [(name.translate(GERMAN), name) for name in accents]
    rows += _measure("German and Danish spelling", [*base, *accents], spelled, bars=(None, 0.99))
    scripts = [(f"{latin} {surname}", f"{written} {surname}") for written, latin in CYRILLIC for surname in SURNAMES]
    book = [*base, *(name for _, name in scripts)]
    return rows + _measure("Cyrillic stored, Latin typed", book, scripts, bars=(None, 0.99))


def _febrl() -> tuple[list[str], list[tuple[str, str]]]:
    names: dict[int, list[str]] = {}
    for entry in read_febrl("febrl4"):
        draft = entry.draft
        names.setdefault(entry.person, []).append(" ".join(filter(None, (draft.first_name, draft.last_name))))
    pairs = [(second, first) for first, second in names.values() if second and second != first]
    return [first for first, _ in names.values()], pairs


def _phones() -> list[Row]:
    numbers = [phonenumbers.example_number(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]
    found = {phonenumbers.format_number(number, FORMATS[0]): number for number in numbers if number is not None}
    queries = [(phonenumbers.format_number(n, each), name) for name, n in found.items() for each in FORMATS]
    queries += [("00" + name[1:], name) for name in found]
    return _measure("phones of all regions in four writings", list(found), queries, bars=(None, 0.99), field="phone")


def _measure(
    name: str, book: Sequence[str], queries: Queries, *, bars: tuple[float | None, float], field: str = "name"
) -> list[Row]:
    with TemporaryDirectory() as folder:
        database, caller = make_instance(Path(folder))
        organization_id = caller.organization_id
        _fill(database, caller, book, field)
        places = []
        with database.read() as tx:
            for text, meant in queries:
                page = search_contacts(tx, organization_id, text, limit=10).contacts
                shown = [getattr(contact, "display_name" if field == "name" else field) for contact in page]
                places.append(shown.index(meant) if meant in shown else 10)
        database.close()
    first, ten = (sum(place < most for place in places) / len(places) for most in (1, 10))
    label = f"{name} ({len(places):,} queries)"
    rows = [] if bars[0] is None else [at_least(GROUP, f"{label}: first", first, bars[0], f"{first:.3f}")]
    return [*rows, at_least(GROUP, f"{label}: first ten", ten, bars[1], f"{ten:.3f}")]


def _fill(database: Database, caller: Caller, book: Sequence[str], field: str) -> None:
    """Creates a contact of each text, by its name or its number."""
    with database.write() as tx:
        drafts = [
            ContactDraft(display_name=text)
            if field == "name"
            else ContactDraft(handles=[HandleDraft(channel="phone", value=text)])
            for text in book
        ]
        create_contacts(tx, caller, [normalize_draft(draft, "US") for draft in drafts])


if __name__ == "__main__":
    print(markdown(run(STANDARD)))
