"""The bits of each kind of evidence: log2 of how much likelier it is if two contacts are one person.

One configuration for every book. docs/decisions/0037-identity.md says how it was measured.
"""

from msgspec import Struct, field

from coterie.identity.names import Likeness
from coterie.model.handles import EMAIL, INSTAGRAM, LINKEDIN, PHONE


class Weights(Struct, frozen=True):
    """suggested, possible: the thresholds of the two levels (model.duplicates). world: people added to the book
    when commonness is estimated, because a small book says little; name_world, place_world, days: the
    same for names, for towns and postcodes, and for birthdays. names: likeness -> (bits added to the rarity of the
    name, the most it is worth).
    """

    suggested: float = 6.0
    possible: float = 0.0
    book_min: int = 1_000
    world: int = 1_000
    name_world: int = 100
    place_world: int = 50
    days: int = 20_000
    names: dict[Likeness, tuple[float, float]] = field(
        default_factory=lambda: {
            "same": (-0.3, 30.0), "form": (-2.5, 9.0), "close": (-2.5, 8.0), "near": (-4.0, 5.0), "sound": (-5.0, 3.0),
            "initial": (-30.0, 2.5),
        }
    )  # fmt: skip
    other_given: float = -7.0
    other_surname: float = -5.0
    other_names: float = -9.0
    turned: float = -3.0
    by_middle: float = -3.0
    middle_max: float = 4.0
    other_middle: float = -4.0
    birthday_max: float = 14.0
    birthday_without_year: float = 8.0
    birthday_misread: float = 8.0
    other_birthday: float = -6.0
    home_min: float = 6.0
    home_max: float = 13.0
    place_max: float = 4.0
    handles: dict[str, float] = field(
        default_factory=lambda: {INSTAGRAM: 40.0, LINKEDIN: 20.0, EMAIL: 15.0, PHONE: 13.0}
    )
    other_handle: float = 10.0
    handle_min: float = 2.0
    # one account name at two services: people reuse theirs
    same_account: float = 12.0
    # each digit of an account name that is made of the person's name
    account_digit: float = 4.0
    each_owner: float = -2.0
    role: float = -10.0
    # people who marry keep their mailbox
    other_surname_same_mailbox: float = 3.0
    # an address and a handle are household evidence together: the weaker of the two adds at most this
    household_max: float = 3.0
    employer_max: float = 9.0
    other_employer: float = -0.5
    # from so many bits on, an employer is so small that namesakes there are one person
    small_employer: float = 7.0
    # father and son of one name have it in common however rare it is, and may have the house: what these alone need
    name_alone: float = 7.0
    name_and_home: float = 10.0
    one_suffix: float = -6.0
    other_suffix: float = -8.0
    # two common given names that differ by a letter or two
    two_known_names: float = -3.0


WEIGHTS = Weights()
