"""How many examples a property test draws."""

from hypothesis import settings

COMMIT_SHARE = 3


def examples(count: int) -> int:
    """count in `make explore`. A commit's run takes a third: it draws the same examples each time."""
    is_exploring = settings.get_current_profile_name() == "explore"
    return count if is_exploring else -(-count // COMMIT_SHARE)
