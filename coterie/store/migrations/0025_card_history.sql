-- CardDAV (docs/decisions/0042-carddav.md): earlier lines of cards, and properties that clients store.

-- What a device saw when it wrote a card without naming the ETag: the newest ten of each card.
CREATE TABLE card_history (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    device_id TEXT,
    PRIMARY KEY (organization_id, contact_id, revision),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;

-- name: "{namespace}local"; value: the whole element as XML.
CREATE TABLE dav_properties (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, resource, name)
) CLUSTERED;
