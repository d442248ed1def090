"""The people of Springfield, the world of the contracts' examples, as data."""

from typing import NamedTuple


class Person(NamedTuple):
    """A row of the table; '' is an unknown value. folders: letters of FOLDERS."""

    key: str
    name: str
    gender: str
    birthday: str
    employer: str
    job_title: str
    folders: str


# key | real name | gender | birthday | employer | job title | folders
_TABLE = """
marge|Marge Simpson|female|1956-03-19|||FN
homer|Homer Simpson|male|1956-05-12|Springfield Nuclear Power Plant|Safety inspector|FN
bart|Bart Simpson|male|--04-01|||F
lisa|Lisa Simpson|female|--05-09|||F
maggie|Maggie Simpson|female|2025-01-14|||F
abe|Abraham Simpson|male|1907-05-25|Retirement Castle||F
mona|Mona Simpson|female|--03-15|||F
patty|Patty Bouvier|female|1952-02-29|Department of Motor Vehicles|Clerk|F
selma|Selma Bouvier|female|1952-02-29|Department of Motor Vehicles|Clerk|F
jacqueline|Jacqueline Bouvier|female||||F
ling|Ling Bouvier|female||||F
herb|Herbert Powell|male||Powell Motors|Founder|F
ned|Ned Flanders|male|1962-11-20|The Leftorium|Owner|NS
maude|Maude Flanders|female|--08-14|||N
rod|Rod Flanders|male||||N
todd|Todd Flanders|male||||N
milhouse|Milhouse Van Houten|male|--07-01|||F
kirk|Kirk Van Houten|male||Southern Cracker|Sales|N
luann|Luann Van Houten|female||||N
ruth|Ruth Powers|female||||N
laura|Laura Powers|female||||N
barney|Barney Gumble|male|--04-20||Pilot|C
moe|Moe Szyslak|male|--11-24|Moe's Tavern|Owner|SC
lenny|Lenny Leonard|male||Springfield Nuclear Power Plant|Technician|C
carl|Carl Carlson|male||Springfield Nuclear Power Plant|Supervisor|C
burns|Charles Montgomery Burns|male|--09-15|Springfield Nuclear Power Plant|Owner|W
smithers|Waylon Smithers|male|--12-25|Springfield Nuclear Power Plant|Executive assistant|W
frank|Frank Grimes|male||Springfield Nuclear Power Plant|Engineer|W
skinner|Seymour Skinner|male|--10-12|Springfield Elementary School|Principal|T
agnes|Agnes Skinner|female||||T
edna|Edna Krabappel|female|--10-19|Springfield Elementary School|Teacher|T
hoover|Elizabeth Hoover|female||Springfield Elementary School|Teacher|T
chalmers|Gary Chalmers|male||School district|Superintendent|T
willie|Willie MacDougal|male||Springfield Elementary School|Groundskeeper|T
otto|Otto Mann|male|--01-18|Springfield Elementary School|Bus driver|TL
doris|Doris Freedman|female||Springfield Elementary School|Cook|T
dewey|Dewey Largo|male||Springfield Elementary School|Music teacher|T
nelson|Nelson Muntz|male|--10-30|||F
ralph|Ralph Wiggum|male||||F
martin|Martin Prince|male||||F
wiggum|Clancy Wiggum|male||Springfield Police|Chief|W
sarah|Sarah Wiggum|female||||N
lou|Lou Lopez|male||Springfield Police|Officer|W
apu|Apu Nahasapeemapetilon|male||Kwik-E-Mart|Owner|SL
manjula|Manjula Nahasapeemapetilon|female||||SL
krusty|Herschel Krustofsky|male|--04-29|Channel 6|Entertainer|LC
mel|Melvin Van Horne|male||Channel 6|Presenter|L
bob|Robert Terwilliger|male||||L
kent|Kent Brockman|male||Channel 6|Anchor|LP
arnie|Arnie Pye|male||Channel 6|Reporter|LP
quimby|Joseph Quimby|male||City of Springfield|Mayor|P
lovejoy|Timothy Lovejoy|male||First Church of Springfield|Reverend|N
helen|Helen Lovejoy|female||||N
hibbert|Julius Hibbert|male||Springfield General Hospital|Physician|W
nick|Nick Riviera|male||Springfield General Hospital|Physician|L
hutz|Lionel Hutz|male||I Can't Believe It's a Law Firm|Lawyer|W
frink|John Frink|male||Springfield Heights Institute|Professor|L
jeff|Jeff Albertson|male||The Android's Dungeon|Owner|SL
luigi|Luigi Risotto|male||Luigi's|Cook|S
cletus|Cletus Spuckler|male||||
cookie|Cookie Kwan|female||Red Blazer Realty|Agent|S
troy|Troy McClure|male||||LP
"""
PEOPLE = tuple(Person(*line.split("|")) for line in _TABLE.strip().splitlines())

# letter -> name, colour
FOLDERS = {
    "F": ("Family and friends", "red"),
    "N": ("Neighbours", "green"),
    "C": ("Bowling team", "orange"),
    "W": ("Work", "blue"),
    "T": ("School", "purple"),
    "S": ("Shops", "yellow"),
    "L": ("Launch list", "pink"),
    "P": ("Press", None),
}

# people without an Instagram account
NOT_ON_INSTAGRAM = {"maggie", "abe", "mona", "jacqueline", "ling", "burns", "agnes", "cletus", "rod", "todd", "frank"}
OPTED_OUT = {"agnes", "frank", "bob"}
# display names on Instagram
CHANNEL_NAMES = {"krusty": "Krusty 🤡", "bob": "Sideshow Bob", "mel": "Sideshow Mel", "jeff": "comic_book_guy"}
NICKNAMES = {"marge": "Midge", "bart": "El Barto", "abe": "Grampa", "burns": "Monty", "lisa": "Lis", "willie": "Willy"}
# upcoming birthdays, relative to today: key -> (days from now, age on that day)
BIRTHDAYS_AHEAD = {"ned": (3, 60), "milhouse": (11, 10), "edna": (26, 45)}

# key -> (line 1, line 2, postcode)
ADDRESSES = {
    **dict.fromkeys(("marge", "homer", "bart", "lisa", "maggie"), ("742 Evergreen Terrace", None, "49007")),
    **dict.fromkeys(("ned", "rod", "todd"), ("744 Evergreen Terrace", None, "49007")),
    **dict.fromkeys(("patty", "selma", "ling"), ("1599 Spinster City Apartments", "Apt. 1599", "49008")),
    "abe": ("1 Retirement Castle", "Room 4", "49009"),
    "moe": ("57 Walnut Street", None, "49007"),
    "burns": ("1000 Mammon Lane", None, "49001"),
    "skinner": ("330 Pikeland Avenue", None, "49007"),
    "agnes": ("330 Pikeland Avenue", None, "49007"),
    "kirk": ("Casa Nova Apartments", "Unit 12", "49008"),
    "apu": ("45 Fourth Street", None, "49007"),
    "wiggum": ("732 Evergreen Terrace", None, "49007"),
    "hibbert": ("12 Elm Court", None, "49002"),
}

SHOP = {"address_line_1": "1 Main Street", "postcode": "49007"}
TOWN = {"locality": "Springfield", "region": "Oregon", "country": "United States"}

# title, type, choices
PROPERTIES = (
    ("Catchphrase", "text", None),
    ("Favourite number", "number", None),
    ("Customer since", "date", None),
    ("Office e-mail", "email", None),
    ("Emergency phone", "phone", None),
    ("Blog", "url", None),
    ("Gets the newsletter", "boolean", None),
    ("Allergies", "list", None),
    ("T-shirt size", "single_choice", ("S", "M", "L", "XL", "XXL")),
    ("Plays", "multiple_choice", ("saxophone", "bowling", "chess", "guitar", "tuba")),
)

# key -> {slug of a property: value}
VALUES: dict[str, dict[str, object]] = {
    "homer": {"catchphrase": "D'oh!", "t-shirt-size": "XXL", "plays": ["bowling"], "favourite-number": 7},
    "bart": {"catchphrase": "Eat my shorts", "t-shirt-size": "S", "allergies": ["butterscotch", "imitation crab"]},
    "lisa": {"plays": ["saxophone", "chess"], "favourite-number": 3.14, "blog": "https://lisa.springfield.example"},
    "ned": {"catchphrase": "Okily-dokily!", "customer-since": "2019-06-01", "gets-the-newsletter": True},
    "burns": {"catchphrase": "Excellent.", "office-e-mail": "owner@plant.example", "gets-the-newsletter": False},
    "apu": {"catchphrase": "Thank you, come again", "emergency-phone": "+1 800 555 5550"},
    "moe": {"emergency-phone": "+1 800 555 5551", "customer-since": "2021-02-14"},
    "frink": {"blog": "https://frink.example/glavin", "favourite-number": 42, "allergies": ["squirrels"]},
    "martin": {"plays": ["chess"], "t-shirt-size": "S"},
    "otto": {"plays": ["guitar"], "t-shirt-size": "L"},
    "skinner": {"office-e-mail": "principal@school.example", "gets-the-newsletter": True},
}

PINNED_NOTES = {
    "marge": "Prefers a call before nine. Ask about the painting class.",
    "homer": "Pays at the end of the month. Doughnuts help.",
    "ned": "Left-handed: send the left-handed catalogue.",
    "krusty": "Wants to be paid in advance. Contract in the attachments.",
    "moe": "No longer answers prank calls.",
    "smithers": "The way to Mr. Burns goes through him.",
    "quimby": "Office hours only by appointment.",
}

MESSAGES_IN = (
    "Hi! Is the blue one still there?",
    "Thank you so much, it came this morning ❤️",
    "What time do you open on Saturday?",
    "Could you send it to 742 Evergreen Terrace, please?",
    "Do you have it left-handed?",
    "Woo-hoo!",
    "I would like to order two more.",
    "Can I pay when I pick it up?",
    "Sorry, wrong window.",
    "Is there something for cats?",
)
MESSAGES_OUT = (
    "Hello! Yes, it is. Shall we put it aside for you?",
    "Great to hear. Enjoy it!",
    "From ten to four. See you then!",
    "It is on its way.",
    "We will have it again next week.",
    "Of course.",
)
COMMENTS = (
    "Love this!",
    "Excellent.",
    "Ha-ha!",
    "😍😍😍",
    "Worst. Post. Ever.",
    "Okily-dokily!",
    "Where can I get one?",
)
MENTIONS = ("Look what @springfieldstore made", "Thanks @springfieldstore!", "My favourite place: @springfieldstore")
