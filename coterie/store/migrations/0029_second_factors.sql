-- Second factors: an authenticator app (RFC 6238), and recovery codes for when it is lost.

-- sealed_secret: docs/decisions/0026. last_step: the newest time step whose code was used, so that a code works once.
-- confirmed_at: null until a code was right; before, sign-in does not ask for one.
CREATE TABLE second_factors (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    confirmed_at TEXT
);

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
