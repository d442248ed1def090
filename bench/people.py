"""Generates people: names, handles, notes and messages, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from coterie.model import times
from coterie.model.contacts import Contact
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE, Handle
from coterie.model.ids import new_id
from coterie.model.interactions import KINDS, RECENT_MAX

FIRST = (  # noqa: SIM905
    "Ana Luís João Inês Mateus Beatriz Marge Homer Lisa Bart Nelson Milhouse Anna Łukasz Zofia Paweł Agnieszka Jürgen"
    " Björn Åsa Søren Freya Émile Zoé Chloé René Amélie François Giulia Matteo Chiara Lorenzo Elif Mehmet Ayşe Çağla"
    " Ivan Olga Дмитрий Мария Αλέξης Ελένη Yuki Haruto 美咲 翔太 Mei Wei 李娜 Jisoo Minjun Priya Arjun Ananya Rohan"
    " Fatima Omar Leila Yusuf محمد سارة Amina Kwame Zuri Thabo Nia Sipho Grace Emeka James Mary Robert Patricia"
    " Michael Linda William Barbara David Susan Joseph Jessica Thomas Sarah Charles Karen Noah Olivia Liam Emma"
).split()
LAST = (  # noqa: SIM905
    "Silva Santos Oliveira Souza Simpson Szyslak Flanders Kowalski Wiśniewska Nowak Müller Schmidt Jørgensen Åkesson"
    " Dubois Lefèvre Rossi Ferrari Bianchi Yılmaz Kaya Öztürk Иванов Петрова Παπαδόπουλος Tanaka Suzuki 佐藤 Wang"
    " Li Chen 张 Kim Park Patel Sharma Gupta Khan Ahmed Hassan السيد Okafor Mensah Dlamini Ndlovu O'Brien Murphy"
    " Smith Johnson Williams Brown Jones García Miller Davis Rodríguez Martínez Hernández López González Wilson"
).split()
_SYLLABLES = "ka ri no sel mar vin dor tal ben lo mi sha ger ov ic ste pan na bel fon tu ra wick ley hart man".split()  # noqa: SIM905
EMPLOYERS = ("Acme", "Globex", "Initech", "Hooli", "Umbrella", "Stark Industries", "Kwik-E-Mart", "Planet Express")
LANGUAGES = ("en", "pt", "es", "fr", "de", "pl", "tr", "ja", "ar", None, None)
DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com")
BIOS = (
    "Coffee, climbing, code ☕",
    "Photographer in Porto. DMs open",
    "she/her • runner 🏃‍♀️ • two cats",
    "Making ceramics since 2009",
    "صانع أفلام",
    "写真と旅",
    "Founder @acme",
    None,
    None,
)
TEXTS = (
    "Hi! Is the blue one still available?",
    "Thanks so much 🙏",
    "Wann öffnet ihr morgen?",
    "Love this!",
    "Posso pagar na entrega?",
    "Could you send me the price list for next spring?",
    "😍😍😍",
    None,
)
NOTES = ("Met at the fair in Lisbon.", "Prefers to be called.", "Wants the newsletter in Portuguese.")
_START = datetime(2024, 1, 1, tzinfo=UTC)
# sorted moments to draw from: formatting one per message would take most of the time
MOMENTS = [times.moment(_START + timedelta(seconds=3511 * n, microseconds=n * 7919 % 1_000_000)) for n in range(20_000)]


class Person(Struct):
    """One contact and the rows of its parts, without organization_id."""

    contact: Contact
    handles: list[Handle]
    folders: list[int]
    values: list[tuple[str, str]]  # (slug, JSON)
    interactions: list[tuple[str, str, str, str, str | None, bool]]  # kind, at, id, direction, text, is recent


def make_people(count: int, *, light: bool, seed: int = 1) -> Iterator[Person]:
    """Yields count people with the ids 1, 2, …; light ones have two handles and few parts."""
    dice = random.Random(seed)
    for contact_id in range(1, count + 1):
        yield _person(dice, contact_id, light)


def _person(dice: random.Random, contact_id: int, light: bool) -> Person:
    draw = dice.random
    first = FIRST[int(draw() * len(FIRST))]
    last = LAST[int(draw() * len(LAST))] if draw() < 0.3 else _made_up_name(dice)
    created = times.moment(_START + timedelta(seconds=31 * contact_id, microseconds=contact_id * 7919 % 1_000_000))
    username = f"{_plain(first)}{_plain(last)}{contact_id:x}"[:30] if draw() < 0.9 else None
    email = f"{_plain(first)}.{_plain(last)}{contact_id}@{DOMAINS[contact_id % 4]}" if draw() < 0.7 else None
    phone = f"+1415{5_550_000 + contact_id % 4_449_999:07}" if draw() < (0.3 if light else 0.6) else None
    followers = int(10 ** (draw() * 5)) if username and draw() < 0.6 else None
    note = NOTES[contact_id % 3] if not light and draw() < 0.2 else None
    contact = Contact(
        id=contact_id, uuid=new_id(), display_name=f"{first} {last} {contact_id % 97}" if draw() < 0.3 else None,
        name_prefix=None, first_name=first, middle_name=None, last_name=last, name_suffix=None, formatted_name=None,
        phonetic_first_name=None, phonetic_last_name=None, maiden_name=None, nickname=None,
        gender=None, birthday=None, employer=EMPLOYERS[contact_id % 8] if draw() < 0.3 else None, department=None,
        job_title=None, how_you_met=None, relationship_grade=None, status="subscribed" if draw() < 0.95 else "optout",
        language=LANGUAGES[int(draw() * len(LANGUAGES))], bio=BIOS[int(draw() * len(BIOS))],
        profile_picture_url=f"https://cdn.example.com/p/{contact_id:x}.jpg" if username else None,
        is_follower=draw() < 0.5 if username else None, created_at=created, updated_at=created, deleted_at=None,
        revision=contact_id,
        username=username, email=email, phone=phone,
        website=f"https://{_plain(last)}{contact_id}.example.com" if draw() < 0.2 else None, linkedin_url=None,
        pinned_note=note, follower_count=followers, follower_growth=int(draw() * 200) - 50 if followers else None,
    )  # fmt: skip
    handles = [
        _handle(contact, channel, value)
        for channel, value in ((INSTAGRAM, username), (EMAIL, email), (PHONE, phone), ("website", contact.website))
        if value
    ]
    if light:
        return Person(contact, handles, [contact_id % 12 + 1] if draw() < 0.3 else [], [], [])
    folders = sorted({int(draw() * 12) + 1 for _ in range(int(draw() * 4))})
    return Person(contact, handles, folders, _values(dice), _interactions(dice))


def _made_up_name(dice: random.Random) -> str:
    return "".join(dice.choices(_SYLLABLES, k=2 + int(dice.random() * 2))).capitalize()


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha()) or "x"


def _handle(contact: Contact, channel: str, value: str) -> Handle:
    at = contact.created_at
    return Handle(contact.id, new_id(), channel, value, value, None, True, False, at, at, None)


def _values(dice: random.Random) -> list[tuple[str, str]]:
    found = []
    if dice.random() < 0.5:
        found.append(("city", f'"{dice.choice(("Porto", "Kraków", "São Paulo", "Springfield"))}"'))
    if dice.random() < 0.3:
        found.append(("lifetime-value", str(int(dice.random() * 5000))))
    if dice.random() < 0.3:
        found.append(("newsletter", "true"))
    if dice.random() < 0.2:
        found.append(("sizes", '["S","M"]'))
    return found


def _interactions(dice: random.Random) -> list[tuple[str, str, str, str, str | None, bool]]:
    """In the order of the primary key. Most contacts wrote a few, some many."""
    most = {"message": 14 if dice.random() < 0.2 else 4, "comment": 3, "mention": 2}
    found = []
    for kind in sorted(KINDS):
        how_many = int(dice.random() * (most[kind] + 1))
        moments = sorted(int(dice.random() * len(MOMENTS)) for _ in range(how_many))
        for position, index in enumerate(moments):
            is_incoming = kind != "message" or dice.random() < 0.6
            text = TEXTS[int(dice.random() * len(TEXTS))]
            is_recent = position >= how_many - RECENT_MAX
            found.append((kind, MOMENTS[index], new_id(), "incoming" if is_incoming else "outgoing", text, is_recent))
    return found
