"""Languages by their names on pages."""

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.web.languages import language_code, language_name


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("en", "English"), ("de-CH", "German (CH)"), ("zh-Hant", "Chinese (Hant)"), ("Elvish", "Elvish"), ("xx", "xx"),
     ("", ""), ("en) (", "en) ("), ("tlh", "tlh")],
)  # fmt: skip
def test_a_code_is_shown_by_its_name_and_the_name_stored_as_the_code(stored: str, shown: str) -> None:
    assert language_name(stored) == shown and language_code(shown) == stored


def test_other_ways_to_write_a_language_are_read() -> None:
    assert language_name("PT_br") == "Portuguese (br)" and language_code("german") == "de"
    assert language_code("English (US") == "English (US" and language_code("English )") == "English )"


def test_a_person_has_a_language_with_a_name(alice: Visitor, world: World) -> None:
    person = f"/{world.organization.id}/people/{world.marge.id}"
    alice.get(person)
    assert alice.post(f"{person}/fields/language", language="French", seen="").status == 303
    assert "Language French" in " ".join(text_of(alice.get(person)).split())
    assert 'value="French"' in alice.get(f"{person}/fields/language").body.decode()
    with world.database.read() as tx:
        row = tx.one("SELECT language FROM contacts WHERE organization_id = :organization_id AND id = :id",
                     {"organization_id": world.organization.id, "id": world.marge.id})  # fmt: skip
    assert row is not None and row[0] == "fr"
