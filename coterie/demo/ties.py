"""The relationships, pets, gifts, notes, tags, expertise and reminders of Springfield, as data."""

from typing import Any

# first contact, second contact, what the second is to the first, anniversary
RELATIONSHIPS: tuple[tuple[str, str, str, str | None], ...] = (
    ("marge", "homer", "Husband", "1980-04-19"),
    *((parent, child, word, None) for parent in ("marge", "homer")
      for child, word in (("bart", "Son"), ("lisa", "Daughter"), ("maggie", "Daughter"))),
    ("bart", "lisa", "Sister", None),
    ("bart", "maggie", "Sister", None),
    ("lisa", "maggie", "Sister", None),
    ("homer", "abe", "Father", None),
    ("homer", "mona", "Mother", None),
    ("homer", "herb", "Half-brother", None),
    ("marge", "jacqueline", "Mother", None),
    ("marge", "patty", "Sister", None),
    ("marge", "selma", "Sister", None),
    ("patty", "selma", "Twin", None),
    ("selma", "ling", "Daughter", "2005-03-13"),
    ("bart", "patty", "Aunt", None),
    ("homer", "patty", "Sister-in-law", None),
    ("abe", "mona", "Ex-wife", None),
    ("ned", "maude", "Wife", "--06-11"),
    ("ned", "rod", "Son", None),
    ("ned", "todd", "Son", None),
    ("homer", "ned", "Neighbour", None),
    ("kirk", "luann", "Ex-wife", None),
    ("kirk", "milhouse", "Son", None),
    ("luann", "milhouse", "Son", None),
    ("bart", "milhouse", "Best friend", None),
    ("ruth", "laura", "Daughter", None),
    ("homer", "barney", "Childhood friend", None),
    ("homer", "lenny", "Colleague", None),
    ("lenny", "carl", "Best friend", None),
    ("burns", "smithers", "Report", None),
    ("burns", "homer", "Employee", None),
    ("agnes", "skinner", "Son", None),
    ("skinner", "edna", "Colleague", None),
    ("skinner", "chalmers", "Manager", None),
    ("bart", "edna", "Teacher", None),
    ("lisa", "hoover", "Teacher", None),
    ("wiggum", "sarah", "Wife", "--09-02"),
    ("wiggum", "ralph", "Son", None),
    ("apu", "manjula", "Wife", "1997-11-16"),
    ("lovejoy", "helen", "Wife", None),
    ("krusty", "mel", "Colleague", None),
    ("homer", "hibbert", "Doctor", None),
    ("homer", "hutz", "Lawyer", None),
)  # fmt: skip

# contact, what the contact is to the demo user, anniversary
USER_RELATIONSHIPS: tuple[tuple[str, str, str | None], ...] = (
    ("marge", "Friend", None),
    ("moe", "Landlord", "--10-01"),
    ("edna", "Mentor", None),
)

# owner, name, species, born, second owner
PETS: tuple[tuple[str, str, str, str | None, str | None], ...] = (
    ("lisa", "Snowball II", "cat", "2020-04-22", "marge"),
    ("bart", "Santa's Little Helper", "dog", "2019-12-17", "homer"),
    ("patty", "Jub-Jub", "iguana", None, "selma"),
    ("bart", "Stampy", "elephant", None, None),
    ("krusty", "Mr. Teeny", "chimpanzee", "--08-30", None),
    ("burns", "Crippler", "hound", None, None),
    ("hibbert", "Rover", "dog", "2021-06-01", None),
)

# contact, name, link, status
GIFTS = (
    ("marge", "Vacuum", "https://shop.example/vacuum", "potential"),
    ("marge", "Bowling ball", None, "given"),
    ("marge", "Pearls", None, "received"),
    ("homer", "A dozen doughnuts", "https://lardlad.example", "given"),
    ("lisa", "Saxophone reeds", "https://music.example/reeds", "potential"),
    ("lisa", "A pony", None, "potential"),
    ("bart", "Skateboard", "https://shop.example/skateboard", "given"),
    ("maggie", "Red building blocks", None, "potential"),
    ("ned", "Left-handed scissors", "https://leftorium.example", "received"),
    ("moe", "Love tester", None, "potential"),
    ("burns", "Bobo the bear", None, "given"),
    ("edna", "Box of chalk, coloured", None, "potential"),
)

# contact, label, day
DATES = (("lisa", "Became a vegetarian", "--10-15"), ("krusty", "First broadcast", "1989-12-17"))

# text, contacts, tags, personal
NOTES = (
    ("The whole family comes to the open day. Seats in the first row.", ("marge", "homer", "bart", "lisa"),
     ("Open day",), False),
    ("Met at the church picnic; brought lemonade for everybody.", ("ned", "maude", "lovejoy"), ("Church",), False),
    ("Wants a quote for 30 bowling shirts, white with red letters.", ("homer", "barney", "moe"), ("Bowling",), False),
    ("Do not seat next to each other.", ("kirk", "luann"), (), False),
    ("Asked for the recipe. It is in the blue folder.", ("apu", "manjula"), ("Recipes",), False),
    ("Interview for the school paper on Thursday.", ("lisa", "skinner"), ("Press",), False),
    ("Owes me twenty dollars.", ("barney",), (), True),
    ("Ask him to co-host the charity show?", ("krusty",), ("Press", "Open day"), True),
)  # fmt: skip

# tag -> contacts
TAGS = {
    "Open day": ("marge", "homer", "bart", "lisa", "ned", "skinner", "edna"),
    "Church": ("ned", "maude", "rod", "todd", "lovejoy", "helen", "marge"),
    "Bowling": ("homer", "barney", "moe", "apu", "lenny", "carl"),
    "Newsletter": ("marge", "ned", "edna", "apu", "manjula", "hibbert", "luigi", "cookie", "kent"),
    "Recipes": ("luigi", "apu", "manjula", "marge", "doris"),
    "Press": ("kent", "arnie", "quimby", "troy"),
    "VIP": ("burns", "krusty", "quimby", "troy"),
}

# expertise -> contacts
EXPERTISES = {
    "Jazz saxophone": ("lisa",),
    "Nuclear safety": ("lenny", "carl", "frank"),
    "Medicine": ("hibbert", "nick"),
    "Law": ("hutz",),
    "Teaching": ("edna", "hoover", "skinner", "dewey"),
    "Inventing": ("frink", "herb"),
    "Cooking": ("luigi", "manjula", "marge"),
    "Comic books": ("jeff", "bart", "milhouse"),
    "Driving": ("otto", "patty", "selma"),
}

# contact or None, and the fields of the reminder; due_in_days counts from today
REMINDERS: tuple[tuple[str | None, dict[str, Any]], ...] = (
    ("marge", {"category": "birthday", "before_unit": "week", "before_magnitude": 1}),
    ("homer", {"category": "anniversary", "before_unit": "day", "before_magnitude": 3}),
    ("ned", {"category": "custom", "before_unit": "day", "before_magnitude": 1, "title": "Bake lemon squares"}),
    (None, {"title": "Feed Snowball II", "due_in_days": 1, "repeat_unit": "day", "repeat_count": 14}),
    (None, {"title": "Call Patty and Selma", "due_in_days": 5, "repeat_unit": "week", "repeat_magnitude": 2}),
    (None, {"title": "Renew the bus pass", "due_in_days": 40, "remind_by": "push"}),
)

# contact, kind, days ago, text
TOUCHES: tuple[tuple[str, str, int, str | None], ...] = (
    ("lisa", "call", 4, "Practises for the spring concert"),
    ("herb", "call", 75, "His new prototype works"),
    ("patty", "meeting", 40, "Dinner; Selma came too"),
    ("selma", "meeting", 40, "Dinner; Patty came too"),
    ("hibbert", "letter", 190, None),
)
# letter of a folder, or contact -> how often to be in touch
CADENCES = {"F": "1m", "herb": "2m", "milhouse": "3w", "hibbert": "6m", "homer": "off"}
