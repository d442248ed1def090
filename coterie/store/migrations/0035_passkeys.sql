-- Passkeys (WebAuthn): a user signs in with a device instead of the password.

-- credential: of the library fido2 (id, public key, authenticator), in base64url; it is no secret.
CREATE TABLE passkeys (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    name TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    PRIMARY KEY (user_id, id)
);

-- challenges that were answered within the last minutes: each is answered once
CREATE TABLE used_challenges (
    challenge_hash TEXT NOT NULL PRIMARY KEY,
    used_at TEXT NOT NULL
);
