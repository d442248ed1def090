-- Sessions of browsers, and the link that sets up an instance without an organization.

-- no release has written a session
DROP TABLE sessions;
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE set_up_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    created_at TEXT NOT NULL
);
