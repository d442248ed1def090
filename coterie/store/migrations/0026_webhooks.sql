-- Webhooks (docs/decisions/0045): endpoints, their deliveries, and each attempt. Nothing used the tables until now.

DROP TABLE webhook_deliveries;
ALTER TABLE webhooks ADD COLUMN description TEXT;
ALTER TABLE webhooks ADD COLUMN payload TEXT NOT NULL DEFAULT 'full';
ALTER TABLE webhooks ADD COLUMN include_bulk BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhooks ADD COLUMN previous_secret_sealed TEXT;
ALTER TABLE webhooks ADD COLUMN previous_until TEXT;
ALTER TABLE webhooks ADD COLUMN headers_sealed TEXT;
ALTER TABLE webhooks ADD COLUMN failure_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN failing_since TEXT;
ALTER TABLE webhooks ADD COLUMN retry_at TEXT;
ALTER TABLE webhooks ADD COLUMN disabled_reason TEXT;

-- id: the message's, the same for every attempt. next_attempt_at: NULL once it is finished; while it is sent, the
-- moment at which another worker may take it.
CREATE TABLE webhook_deliveries (
    organization_id BIGINT NOT NULL,
    webhook_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id BIGINT,
    kind TEXT NOT NULL,
    body TEXT,
    status TEXT NOT NULL,
    attempt_count BIGINT NOT NULL DEFAULT 0,
    next_attempt_at TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (organization_id, webhook_id, id),
    FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (organization_id, webhook_id, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_of_event ON webhook_deliveries (organization_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
    organization_id BIGINT NOT NULL,
    webhook_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    at TEXT NOT NULL,
    milliseconds BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    answer TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, webhook_id, delivery_id, at, number),
    FOREIGN KEY (organization_id, webhook_id, delivery_id)
        REFERENCES webhook_deliveries (organization_id, webhook_id, id) ON DELETE CASCADE
);
