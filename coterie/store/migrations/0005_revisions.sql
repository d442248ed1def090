-- Revisions: what ETags, sync tokens and delta feeds stand on (docs/decisions/0028-revisions.md).

-- A number of the organization's counter "revision", in the order of commits. It moves whenever a client can see a
-- change of the contact, which actions.events sees to; interactions and follower counts do not move it.
ALTER TABLE contacts ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
UPDATE contacts SET revision = id;
CREATE UNIQUE INDEX contacts_by_revision ON contacts (organization_id, revision);
INSERT INTO counters (organization_id, name, value)
    SELECT organization_id, 'revision', value FROM counters WHERE name = 'contact_id';

-- Which contacts an event concerns. A contact that was erased keeps its number here, and nothing else.
CREATE TABLE event_contacts (
    organization_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, event_id, contact_id),
    FOREIGN KEY (organization_id, event_id) REFERENCES events (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
INSERT INTO event_contacts (organization_id, event_id, contact_id)
    SELECT organization_id, id, contact_id FROM events WHERE contact_id IS NOT NULL;
CREATE INDEX event_contacts_of_contact ON event_contacts (organization_id, contact_id, event_id);
DROP INDEX events_of_contact;
ALTER TABLE events DROP COLUMN contact_id;

-- What an erased contact leaves: that it is gone, and since when.
CREATE TABLE contact_tombstones (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (organization_id, uuid)
) CLUSTERED;
CREATE UNIQUE INDEX contact_tombstones_by_revision ON contact_tombstones (organization_id, revision);

-- Only events of this kind hold a note's text, which goes when the note is erased or becomes personal.
CREATE INDEX events_of_note ON events (organization_id, subject_id) WHERE kind = 'note.updated';
