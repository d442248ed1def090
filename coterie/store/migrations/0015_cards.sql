-- CardDAV (docs/decisions/0042-carddav.md): which contacts phones see, cards as they were written, devices.

-- NULL: audience, which phones do not see; on: in the address book of phones; off: taken out of it.
ALTER TABLE contacts ADD COLUMN card_state TEXT;
UPDATE contacts SET card_state = 'on' WHERE EXISTS (
    SELECT 1 FROM event_contacts ec JOIN events e ON e.organization_id = ec.organization_id AND e.id = ec.event_id
    WHERE ec.organization_id = contacts.organization_id AND ec.contact_id = contacts.id
    AND (e.via NOT IN ('instagram', 'inro', 'import', 'worker')
        OR e.via = 'import' AND (contacts.email IS NOT NULL OR contacts.phone IS NOT NULL))
);
CREATE INDEX contacts_with_card ON contacts (organization_id, revision) WHERE card_state IS NOT NULL;

-- Names that devices chose. A contact without a row has the name <uuid>.vcf. contact_uuid is NULL for a card that is
-- not a contact, such as a group. A deleted row stays, so that a sync reports the name as removed.
CREATE TABLE cards (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    href TEXT NOT NULL,
    contact_uuid TEXT,
    revision BIGINT NOT NULL,
    changed_at TEXT NOT NULL,
    is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (organization_id, href)
) CLUSTERED;
CREATE UNIQUE INDEX cards_by_contact ON cards (organization_id, contact_uuid) WHERE NOT is_deleted;
CREATE INDEX cards_by_revision ON cards (organization_id, revision);

-- Cards as they were written. draft is the contact as it was then, revision its revision: later changes of the contact
-- are changes of these lines.
CREATE TABLE card_bodies (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    href TEXT NOT NULL,
    contact_id BIGINT,
    uid TEXT NOT NULL,
    body TEXT NOT NULL,
    draft TEXT,
    revision BIGINT NOT NULL,
    device_id TEXT,
    PRIMARY KEY (organization_id, href),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX card_bodies_of_contact ON card_bodies (organization_id, contact_id);
CREATE INDEX card_bodies_by_uid ON card_bodies (organization_id, uid) WHERE contact_id IS NULL;

CREATE TABLE devices (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    is_read_only BOOLEAN NOT NULL DEFAULT FALSE,
    families TEXT NOT NULL DEFAULT '',
    user_agent TEXT,
    seen_revision BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    last_seen_at TEXT,
    revoked_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX devices_of_user ON devices (user_id);
