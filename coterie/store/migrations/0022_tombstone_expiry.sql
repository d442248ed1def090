-- Tombstones expire. Those without a moment are older than this column and stay.
ALTER TABLE contact_tombstones ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
CREATE INDEX contact_tombstones_by_age ON contact_tombstones (created_at);
-- the newest revision of an expired tombstone: who has seen less may have missed a deletion
ALTER TABLE organizations ADD COLUMN expired_revision BIGINT NOT NULL DEFAULT 0;
