-- CardDAV (docs/decisions/0042-carddav.md): tags as groups.

-- Of a group: the tag whose name and contacts it shows, and a digest of both when its lines were last made equal to it.
ALTER TABLE card_bodies ADD COLUMN tag_id TEXT;
ALTER TABLE card_bodies ADD COLUMN tag_digest TEXT;
CREATE INDEX card_bodies_of_tag ON card_bodies (organization_id, tag_id) WHERE tag_id IS NOT NULL;

-- shows_groups: whether the device sees groups. listed_from: its sync tokens below this change number are not valid.
ALTER TABLE devices ADD COLUMN shows_groups BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE devices ADD COLUMN listed_from BIGINT NOT NULL DEFAULT 0;
UPDATE devices SET shows_groups = TRUE WHERE EXISTS (
    SELECT 1 FROM cards k WHERE k.organization_id = devices.organization_id AND k.contact_uuid IS NULL
    AND NOT k.is_deleted
);
