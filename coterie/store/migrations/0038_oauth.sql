-- OAuth for assistants (docs/decisions/0050). A grant is an access token whose secret is replaced at each refresh.

-- Registered by the client itself, before anybody signs in. redirect_uris: JSON. used_at: when a user first agreed.
CREATE TABLE oauth_clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX oauth_clients_unused ON oauth_clients (created_at) WHERE used_at IS NULL;

-- client_id: a uuid, or the URL of the client's metadata. token_id: what the code was exchanged for.
CREATE TABLE oauth_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    client_name TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    token_id TEXT
);
CREATE INDEX oauth_codes_by_end ON oauth_codes (expires_at);

-- used_at: a refresh token is used once; a second use ends the grant
CREATE TABLE oauth_refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    token_id TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    FOREIGN KEY (organization_id, token_id) REFERENCES access_tokens (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_refresh_tokens_of_token ON oauth_refresh_tokens (organization_id, token_id);
CREATE INDEX oauth_refresh_tokens_by_end ON oauth_refresh_tokens (expires_at);

ALTER TABLE access_tokens ADD COLUMN client_id TEXT;
ALTER TABLE access_tokens ADD COLUMN refreshable_until TEXT;
