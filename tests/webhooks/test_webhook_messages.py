"""What a webhook's message is: its signature, its body, which events it is sent for, when it is tried again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as StandardVerifier

from coterie.errors import Invalid
from coterie.model.events import KINDS
from coterie.model.webhooks import (
    BODY_BYTES_MAX,
    DELAYS,
    delay_before,
    encode_body,
    is_chosen,
    new_secret,
    parse_headers,
    parse_kinds,
    probe_delay,
    sign,
)


def test_the_signature_is_that_of_the_specification() -> None:
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signature = sign([secret], message, 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text.isascii()), st.text())
def test_the_reference_library_computes_the_same_signature(message: str, text: str) -> None:
    secret = new_secret()
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert sign([secret], message, int(at.timestamp()), text.encode("utf-8", "replace")) == StandardVerifier(
        secret
    ).sign(message, at, text.encode("utf-8", "replace").decode())


def test_a_message_is_signed_with_every_secret() -> None:
    secrets = [new_secret(), new_secret()]
    both = sign(secrets, "m", 1, b"{}").split(" ")
    assert both == [sign([secret], "m", 1, b"{}") for secret in secrets]


def test_kinds_are_events_groups_or_everything() -> None:
    assert parse_kinds(["contact.*", "note.created", "contact.*"]) == ("contact.*", "note.created")
    for wrong in ([], ["contact"], ["contact.eaten"], ["*.created"], ["reminder.*"], ["reminder.created"], [""]):
        with pytest.raises(Invalid):
            parse_kinds(wrong)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith(("reminder.", "user_relationship."))])
def test_what_only_one_user_may_see_is_never_sent(kind: str) -> None:
    assert not is_chosen(("*", kind, f"{kind.partition('.')[0]}.*"), kind)


def test_a_chosen_kind_is_sent() -> None:
    assert is_chosen(("contact.*",), "contact.created")
    assert not is_chosen(("contact.*",), "contact_relationship.created")
    assert is_chosen(("*",), "import.applied")


@pytest.mark.parametrize(
    "headers",
    [{"Host": "x"}, {"webhook-id": "x"}, {"Content-Type": "x"}, {"a b": "x"}, {"": "x"}, {"a": "x\r\ny: z"},
     {"a": "ü"}, {"Content-Encoding": "gzip"}, {"a": " x"}, {"a": "x "},
     {"a": "x" * 1001}, {f"a{number}": "x" for number in range(11)}],
)  # fmt: skip
def test_headers_that_would_change_the_request_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        parse_headers(headers)


def test_a_large_body_has_ids_only() -> None:
    data = {"event_id": 1, "contact_ids": list(range(5000)), "changes": {"bio": [None, "x" * 30_000]}}
    body = encode_body("contact.updated", "2026-11-29T00:00:00Z", data)
    assert len(body) < BODY_BYTES_MAX
    assert '"cut":true' in body
    assert "changes" not in body


def test_ten_attempts_take_about_three_days() -> None:
    assert delay_before(11, chance=0.5) is None
    total = sum(delay_before(number, chance=0.5) or 0 for number in range(1, 11))
    assert total == pytest.approx(sum(DELAYS))
    assert 74 * 3600 < total < 90 * 3600
    assert delay_before(2, chance=0.0) == pytest.approx(4.5)
    assert delay_before(2, chance=1.0) == pytest.approx(5.5)
    assert delay_before(2, chance=0.5, retry_after=900) == 900
    assert delay_before(2, chance=0.5, retry_after=1e9) == 86_400


def test_probes_become_rarer() -> None:
    assert [probe_delay(count) for count in (5, 6, 7, 50)] == [30, 60, 120, 3600]
