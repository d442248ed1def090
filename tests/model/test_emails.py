"""E-mail addresses are validated for real and matched by their normalized, case-folded form."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.model.emails import _normalize_any, _normalize_plain, normalize_email

REFUSED = (
    "", "homer", "@example.com", "homer@", "homer@localhost", "homer@example", "homer@x.localhost",
    "a@@b.com", "a b@example.com", "a..b@example.com", ".a@example.com", "a@-b.com", "a@b..com",
    "a@b.c0", "a@b_c.com", "Homer <homer@example.com>", '"a b"@example.com', "a@[127.0.0.1]",
    "a\x00@example.com", "a@b\x00.com", "\ud800@example.com", "a@\ud800.com", "a@b.com\n", " a@b.com",
    "a\u202e@b.com", "a@xn--a.com", "a@ab--c.com", "a@b.onion", "mailto:a@b.com ", "a@b.com,c@d.com",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("homer@example.com", "homer@example.com"),
        ("Homer.J+Donuts@Example.COM", "homer.j+donuts@example.com"),
        ("josé@exämple.com", "josé@exämple.com"),
        ("JOSE\u0301@EXÄMPLE.com", "josé@exämple.com"),
        ("a@xn--exmple-cua.com", "a@exämple.com"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("marge@power-plant.test", "marge@power-plant.test"),
        ("moe@bar.invalid", "moe@bar.invalid"),
        ("apu@kwik.e.mart.example", "apu@kwik.e.mart.example"),
        ("nas@home.local", "nas@home.local"),
        ("x@123.com", "x@123.com"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_every_spelling_has_one_matching_form(text: str, expected: str) -> None:
    assert normalize_email(text, "email") == expected
    assert normalize_email(expected, "email") == expected


@pytest.mark.parametrize(
    "text",
    REFUSED,
)
def test_what_is_no_address_is_refused_by_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalize_email(text, "email")
    (problem,) = refused.value.problems
    assert problem.path == ("email",) and problem.kind == "invalid"
    assert problem.reason.startswith("is not an e-mail address (")


def test_an_address_beyond_254_characters_is_too_long() -> None:
    longest = "a" * (254 - len("@example.com")) + "@example.com"
    assert normalize_email(longest, "email") == longest
    with pytest.raises(Invalid) as refused:
        normalize_email("a" + longest, "email")
    assert refused.value.problems[0].kind == "too_long"


_labels = st.text("abXY09-", min_size=1, max_size=8) | st.sampled_from(
    ["local", "test", "arpa", "ARPA", "onion", "localhost", "xn--a", "invalid", "com", "a" * 63, "a" * 64]
)
_addresses = st.builds(
    lambda local, at, labels: local + at + ".".join(labels),
    st.text("aB0.!#$%&'*+/=?^_`{|}~-\"()<>, \\@", max_size=10) | st.sampled_from(["Info", "a" * 70]),
    st.sampled_from(["@", "@", "@", "@@", ""]),
    st.lists(_labels, max_size=5),
)


@settings(max_examples=600, deadline=None)
@given(_addresses)
@example("a@" + ".".join(["a" * 61] * 4) + ".co")
@example("a@b.com\n")
@example("POSTMASTER@A.B")
def test_the_short_way_for_plain_addresses_gives_the_verdict_of_the_library(text: str) -> None:
    plain = _normalize_plain(text[:254])
    if plain is not None:
        assert plain == _normalize_any(text[:254], "email")


@settings(max_examples=150, deadline=None)
@given(st.emails())
def test_an_ordinary_address_takes_the_short_way_or_the_long_one_to_the_same_verdict(text: str) -> None:
    plain = _normalize_plain(text)
    assert plain is None or plain == _normalize_any(text, "email")


@settings(max_examples=150, deadline=None)
@given(st.builds(lambda a, b: f"{a}@{b}", st.text(max_size=20), st.text(max_size=20)) | st.text(max_size=260))
def test_any_text_is_either_refused_or_has_a_form_that_matches_itself(text: str) -> None:
    try:
        form = normalize_email(text, "email")
    except Invalid:
        return
    assert "@" in form and "\0" not in form
    assert form.encode()


@pytest.mark.parametrize(
    ("one", "other"), [("post@gruß.example", "post@gruss.example"), ("post@λόγος.example", "post@λόγοσ.example")]
)
def test_letters_of_a_domain_that_idna_2008_tells_apart_make_two_addresses(one: str, other: str) -> None:
    assert normalize_email(one, "email") != normalize_email(other, "email")


@pytest.mark.parametrize("text", ["post@gruß.example", "POST@GRUß.EXAMPLE", "post@xn--gru-7ka.example"])
def test_case_and_punycode_of_such_a_domain_do_not_matter(text: str) -> None:
    assert normalize_email(text, "email") == "post@gruß.example"
