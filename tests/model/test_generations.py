"""A whole name in one text: what of it is a title, and what tells namesakes of one family apart."""

import pytest

from coterie.model.names import NAME_PARTS, columns_of_name, join_name, split_name

SPLIT = {
    "Bart Simpson Senior": ("", "Bart", "", "Simpson", "Senior"),
    "Bart Simpson Sr.": ("", "Bart", "", "Simpson", "Sr."),
    "Bart Simpson Junior": ("", "Bart", "", "Simpson", "Junior"),
    "Bart Simpson, Jr": ("", "Bart", "", "Simpson", "Jr"),
    "Bart Simpson III": ("", "Bart", "", "Simpson", "III"),
    "Bart Simpson 3rd": ("", "Bart", "", "Simpson", "3rd"),
    "Bart Simpson the Elder": ("", "Bart", "", "Simpson", "the Elder"),
    "Bart Simpson (Senior)": ("", "Bart", "", "Simpson", "Senior"),
    "Dr. Bart Simpson Senior, PhD": ("Dr.", "Bart", "", "Simpson", "Senior, PhD"),
    "Bart Simpson Jr. MD": ("", "Bart", "", "Simpson", "Jr. MD"),
    "Simpson Senior, Bart": ("", "Bart", "", "Simpson", "Senior"),
    "Simpson, Bart Senior": ("", "Bart", "", "Simpson", "Senior"),
    "Herr Prof. Dr. h.c. Hans Müller sen.": ("Herr Prof. Dr. h.c.", "Hans", "", "Müller", "sen."),
    "Hans Müller d. J.": ("", "Hans", "", "Müller", "d. J."),
    "Hans Müller der Ältere": ("", "Hans", "", "Müller", "der Ältere"),
    "Jean Dupont fils": ("", "Jean", "", "Dupont", "fils"),
    "Mme Marie Dupont": ("Mme", "Marie", "", "Dupont", ""),
    "Juan Pérez (hijo)": ("", "Juan", "", "Pérez", "hijo"),
    "Sr. Juan Pérez": ("Sr.", "Juan", "", "Pérez", ""),
    "João Silva Neto": ("", "João", "", "Silva", "Neto"),
    "Ing. Jan Novák ml.": ("Ing.", "Jan", "", "Novák", "ml."),
    "Иван Петров младший": ("", "Иван", "", "Петров", "младший"),
    # surnames and given names that are only sometimes a suffix
    "Ana Neto": ("", "Ana", "", "Neto", ""),
    "Dr. Olivia Senior": ("Dr.", "Olivia", "", "Senior", ""),
    "Amartya Kumar Sen": ("", "Amartya", "Kumar", "Sen", ""),
    "Lee Ho Jun": ("", "Lee", "Ho", "Jun", ""),
    "Junior Simpson": ("", "Junior", "", "Simpson", ""),
    "Yo-Yo Ma": ("", "Yo-Yo", "", "Ma", ""),
    # words that are a title or a suffix in one language and a name in another
    "Prince Nelson": ("", "Prince", "", "Nelson", ""),
    "Prince Rogers Nelson": ("", "Prince", "Rogers", "Nelson", ""),
    "Dr. Prince Nelson": ("Dr.", "Prince", "", "Nelson", ""),
    "Lee, Prince": ("", "Prince", "", "Lee", ""),
    "Anna King Berg": ("", "Anna", "King", "Berg", ""),
    "King Lee": ("", "King", "", "Lee", ""),
    "Master Chen": ("", "Master", "", "Chen", ""),
    "Master Sergeant Otto Berg": ("Master Sergeant", "Otto", "", "Berg", ""),
    "Wing Hoa Tran": ("", "Wing", "Hoa", "Tran", ""),
    "Wing Commander Otto Berg": ("Wing Commander", "Otto", "", "Berg", ""),
    "Shaikh Ahmed": ("", "Shaikh", "", "Ahmed", ""),
    "Imam Budi Santoso": ("", "Imam", "Budi", "Santoso", ""),
    "Senior Kim": ("", "Senior", "", "Kim", ""),
    "Kim, Senior": ("", "Senior", "", "Kim", ""),
    "Thomas Junior": ("", "Thomas", "", "Junior", ""),
    "Min-Jun Kim": ("", "Min-Jun", "", "Kim", ""),
    "Kim, Min Jun": ("", "Min", "Jun", "Kim", ""),
    "Raj Gupta Sen": ("", "Raj", "Gupta", "Sen", ""),
    "Otto Berg (Sen)": ("", "Otto", "", "Berg", "Sen"),
    "Otto Berg (Jun.)": ("", "Otto", "", "Berg", "Jun."),
    "Nguyen Thi Vi": ("", "Nguyen", "Thi", "Vi", ""),
    "Bart Simpson VI": ("", "Bart", "", "Simpson", "VI"),
    "BART SIMPSON IV": ("", "BART", "", "SIMPSON", "IV"),
    "Jean Md": ("", "Jean", "", "Md", ""),
    "Jean Berg MD": ("", "Jean", "", "Berg", "MD"),
    "Otto Berg Md.": ("", "Otto", "", "Berg", "Md."),
    "Md. Ali Hossain": ("", "Md.", "Ali", "Hossain", ""),
    "Dr. Md. Rahman": ("Dr.", "Md.", "", "Rahman", ""),
    "Hossain, Md Ali": ("", "Md", "Ali", "Hossain", ""),
    "Hossain, Md. Ali": ("", "Md.", "Ali", "Hossain", ""),
    "Cruz, Ma. Teresa": ("", "Ma.", "Teresa", "Cruz", ""),
    "Ma. Teresa Cruz": ("", "Ma.", "Teresa", "Cruz", ""),
    "Wm. Hale": ("", "Wm.", "", "Hale", ""),
    "Don Johnson": ("", "Don", "", "Johnson", ""),
    "Dom Joly": ("", "Dom", "", "Joly", ""),
    "Ben Ali": ("", "Ben", "", "Ali", ""),
    "Mo Khan": ("", "Mo", "", "Khan", ""),
    "Van Do": ("", "Van", "", "Do", ""),
    "Haji Bey": ("", "Haji", "", "Bey", ""),
    "John Major": ("", "John", "", "Major", ""),
    "Sir Elton John": ("Sir", "Elton", "", "John", ""),
    "Fr. Ted Crilly": ("Fr.", "Ted", "", "Crilly", ""),
    "Abbé Jean Berg": ("Abbé", "Jean", "", "Berg", ""),
    "Bart Simpson (Work)": ("", "Bart", "", "Simpson", "(Work)"),
    "Otto (Tennis, Monday)": ("", "Otto", "", "", "(Tennis, Monday)"),
    "Simpson, Bart (Bartholomew)": ("", "Bart", "", "Simpson", "(Bartholomew)"),
    "Dr. Otto Berg Jr. (she/her)": ("Dr.", "Otto", "", "Berg", "Jr. (she/her)"),
    "(Tennis)": ("", "(Tennis)", "", "", ""),
    "Otto (Berg": ("", "Otto", "", "(Berg", ""),
}


@pytest.mark.parametrize("text", SPLIT)
def test_titles_and_generations_of_many_languages_are_parts_of_their_own(text: str) -> None:
    parts = split_name(text).parts
    assert tuple(parts[name] or "" for name in NAME_PARTS) == SPLIT[text]


@pytest.mark.parametrize("text", SPLIT)
def test_a_name_is_shown_as_it_was_written(text: str) -> None:
    columns = columns_of_name(text)
    assert (columns["formatted_name"] or join_name(*(columns[name] for name in NAME_PARTS))) == text
