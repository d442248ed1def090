-- What devices delete (docs/decisions/0052-books.md): the deletions of one device without a pause of ten minutes.

-- card_count: the cards of the book before the first of them.
CREATE TABLE deletion_bundles (
    organization_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    card_count BIGINT NOT NULL,
    deleted_count BIGINT NOT NULL,
    started_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    allowed_at TEXT,
    restored_at TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, device_id) REFERENCES devices (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX deletion_bundles_of_device ON deletion_bundles (organization_id, device_id, started_at);

CREATE TABLE deletion_contacts (
    organization_id BIGINT NOT NULL,
    bundle_id TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, bundle_id, contact_id),
    FOREIGN KEY (organization_id, bundle_id) REFERENCES deletion_bundles (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
