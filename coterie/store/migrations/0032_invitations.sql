-- Links that let somebody in: invitations to an organization, and new passwords by mail. Each works once.

-- email: where the link was mailed to, null if it is handed over in another way.
CREATE TABLE invitations (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT,
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX invitations_of_user ON invitations (invited_by);

CREATE TABLE password_resets (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);
