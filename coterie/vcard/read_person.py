"""Facts about the person of a card: work, dates, gender, language, tags, ids and notes.

The employer is the first component of ORG that is not empty; the units after it are the department.
"""

from coterie.model.contacts import GENDERS
from coterie.model.groups import is_system_group
from coterie.model.imports import UID_SOURCE, DateDraft
from coterie.vcard import read_others, values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

TAGS_MAX = 500
_GENDER_OF = {"M": "male", "F": "female", "O": "other"}


def read_employer(reading: Reading, entry: Property) -> None:
    units = [unit for unit in [values.line(piece) for piece in values.split(entry.value, ";")] if unit]
    if units and reading.draft.employer is None:
        reading.draft.employer = units.pop(0)
        if units:
            reading.draft.department = ", ".join(units)
    elif units and units != [reading.draft.employer]:
        reading.add_extra(f"Organization: {', '.join(units)}")


def read_job_title(reading: Reading, entry: Property) -> None:
    title = values.line(entry.value)
    if reading.draft.job_title and title and title != reading.draft.job_title:
        reading.add_extra(f"Title: {title}")
    reading.draft.job_title = reading.draft.job_title or title


def read_role(reading: Reading, entry: Property) -> None:
    role = values.line(entry.value)
    if role and reading.role not in (None, role):
        reading.add_extra(f"Role: {role}")
    reading.role = reading.role or role


def finish_work(reading: Reading) -> None:
    """A role is the job title if the card has no TITLE. Needs the whole card."""
    draft = reading.draft
    if reading.role and draft.job_title and reading.role != draft.job_title:
        reading.add_extra(f"Role: {reading.role}")
    draft.job_title = draft.job_title or reading.role


def read_birthday(reading: Reading, entry: Property) -> None:
    date = _date(reading, entry)
    if date and reading.draft.birthday not in (None, date):
        reading.add_extra(read_others.line_of(entry, reading.label(entry)))
    reading.draft.birthday = reading.draft.birthday or date


def read_anniversary(reading: Reading, entry: Property) -> None:
    if date := _date(reading, entry):
        reading.draft.dates.append(DateDraft("anniversary", date))


def read_labelled_date(reading: Reading, entry: Property) -> None:
    if date := _date(reading, entry):
        reading.draft.dates.append(DateDraft(reading.label(entry) or "other", date))


def _date(reading: Reading, entry: Property) -> str | None:
    plain = values.line(entry.value)
    if plain is None:
        return None
    date = values.read_date(plain, entry.first("X-APPLE-OMIT-YEAR"))
    if date is None:
        reading.warn(f"{entry.name}: {plain[:100]!r} is not a day of a year")
        reading.add_extra(read_others.line_of(entry, reading.label(entry)))
    return date


def read_gender(reading: Reading, entry: Property) -> None:
    sex, _, words = entry.value.partition(";")
    text = (values.line(words) or values.line(sex) or "").lower()
    letter = (values.line(sex) or "").upper()
    gender = text if text in GENDERS else _GENDER_OF.get(letter, "other" if words.strip() else None)
    spoken = values.line(words)
    if spoken and (spoken.lower() != gender or reading.draft.gender not in (None, gender)):
        reading.add_extra(f"Gender: {spoken}")
    elif sex.strip() and (gender is None or reading.draft.gender not in (None, gender)):
        reading.add_extra(f"Gender: {values.line(sex)}")
    reading.draft.gender = reading.draft.gender or gender


def read_note(reading: Reading, entry: Property) -> None:
    if text := values.text(entry.value):
        reading.notes.append(text)


def read_tags(reading: Reading, entry: Property) -> None:
    tags = [tag for tag in map(values.line, values.split(entry.value, ",")) if tag and not is_system_group(tag)]
    new = [tag for tag in dict.fromkeys(tags) if tag not in reading.draft.tags]
    room = TAGS_MAX - len(reading.draft.tags)
    reading.draft.tags += new[:room]
    if new[room:]:
        reading.warn(f"CATEGORIES: more than {TAGS_MAX} tags; the rest is in the note")
        reading.add_extra(f"Tags: {', '.join(new[room:])}")


def read_language(reading: Reading, entry: Property) -> None:
    language, before = values.line(entry.value), reading.draft.language
    if language and before and entry.first("PREF") == "1":
        reading.draft.language, language = language, before
    reading.draft.language = reading.draft.language or language
    if language and language != reading.draft.language:
        reading.add_extra(f"Language: {language}")


def read_uid(reading: Reading, entry: Property) -> None:
    uid = values.line(entry.value)
    if uid:
        plain = uid[9:] if uid[:9].lower() == "urn:uuid:" else uid
        reading.draft.external_ids.append((UID_SOURCE, plain))
