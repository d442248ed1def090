"""Touches: a call, a meeting or a letter that a user wrote down."""

CALL, MEETING, CHAT, LETTER, OTHER = "call", "meeting", "chat", "letter", "other"
KINDS = (CALL, MEETING, CHAT, LETTER, OTHER)
CHANNEL = "hand"
TEXT_LENGTH_MAX = 10_000
CONTACTS_MAX = 20
# a touch lies in the past; a clock may be wrong by so much
FUTURE_SECONDS = 86_400
