-- Calendar feeds (docs/decisions/0055-calendar-feed.md): secret addresses from which a calendar program reads days.
-- contents: what is in it, separated by spaces.
CREATE TABLE calendar_feeds (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    contents TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_read_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX calendar_feeds_by_token ON calendar_feeds (token_hash);
CREATE INDEX calendar_feeds_of_user ON calendar_feeds (organization_id, user_id);
