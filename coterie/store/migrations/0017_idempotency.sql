-- Responses to requests with an Idempotency-Key. No release has written the table: it gets another key.
-- owner_id: the token, or the user of a login.
-- status, headers and body are NULL until the response exists; body is NULL again after the erasure of a contact.
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    owner_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT,
    headers TEXT,
    body TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, owner_id, key)
) CLUSTERED;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
