"""Codes of an authenticator app: the vectors of RFC 6238, windows, single use; recovery codes."""

from base64 import b32encode

import pytest

from coterie.model.second_factors import (
    code_at,
    hash_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_code,
    uri_of,
)

RFC = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(RFC, seconds // 30) == code
    assert matching_step(RFC, code, seconds=seconds, after=0) == seconds // 30


def test_a_code_is_accepted_one_step_around_its_own_and_not_after_its_step_was_used() -> None:
    code = code_at(RFC, 1000)
    accepted = [step for step in range(990, 1010) if matching_step(RFC, code, seconds=step * 30 + 15, after=0)]
    assert accepted == [999, 1000, 1001]
    assert matching_step(RFC, code, seconds=30_000, after=999) == 1000
    assert matching_step(RFC, code, seconds=30_000, after=1000) is None


@pytest.mark.parametrize("code", ["", "000", "é12345", "٠٠٠٠٠٠", "1234567", "\0" * 6])
def test_other_texts_are_no_code(code: str) -> None:
    assert matching_step(RFC, code, seconds=59, after=0) is None


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10 and all(len(code) == 19 for code in codes)
    assert hash_recovery_code(codes[0]) == hash_recovery_code(f" {codes[0].upper().replace('-', ' ')} ")
    assert plain_code(" 123 456 ") == "123456"


def test_secrets_differ_and_the_address_names_account_and_issuer() -> None:
    assert len({new_secret() for _ in range(5)}) == 5 and len(new_secret()) == 32
    uri = uri_of(RFC, "marge+home@example.org", "Coterie")
    assert uri == f"otpauth://totp/Coterie:marge%2Bhome@example.org?secret={RFC}&issuer=Coterie"
