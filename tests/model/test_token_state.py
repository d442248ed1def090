"""The state of a token, as the list shows it: logins become idle and expire, other tokens do not."""

import pytest

from coterie.model.access_tokens import AccessToken

NOW, CREATED_AFTER, USED_AFTER = "2026-06-01", "2026-03-01", "2026-05-01"


def token(*, is_login: bool = True, created: str = "2026-05-20", used: str | None = None, expires: str | None = None,
          revoked: str | None = None) -> AccessToken:  # fmt: skip
    return AccessToken("1", "u", "a@example.org", "login", ("*",), is_login, created_at=created, expires_at=expires,
                       last_used_at=used, revoked_at=revoked)  # fmt: skip


@pytest.mark.parametrize(
    ("each", "state"),
    [
        (token(), "active"),
        (token(created="2026-04-01"), "idle"),
        (token(created="2026-04-01", used="2026-05-02"), "active"),
        (token(created="2026-02-01", used="2026-05-31"), "expired"),
        (token(expires="2026-05-31"), "expired"),
        (token(revoked="2026-05-31"), "revoked"),
        (token(is_login=False, created="2020-01-01"), "active"),
    ],
)
def test_a_login_is_idle_or_expired_as_authentication_sees_it(each: AccessToken, state: str) -> None:
    assert each.state(NOW, created_after=CREATED_AFTER, used_after=USED_AFTER) == state
