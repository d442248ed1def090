-- The daily mail (docs/decisions/0051): a member who wants one in an organization; sent_on: the last day it was made.
CREATE TABLE digests (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sent_on TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, user_id)
);
