-- What imports decide by gets columns of its own; until now it was read out of sentences and JSON text.
-- Existing rows are converted by migrations/import_state.py, which then drops the two columns `reason`.

-- kind: contact, portable (rows of our own export that are no contact), error (cannot be read).
-- reason_data is JSON; model/import_reasons.py makes the sentence of both.
-- same_as_row: an earlier row of the file about the same person, where this one adds nothing to it.
-- needs_rematch: an earlier row of the file may become the same person; matched again when applied.
-- is_new: the row created its contact; then `changes` is null and undo erases the contact.
ALTER TABLE import_drafts ADD COLUMN kind TEXT NOT NULL DEFAULT 'contact';
ALTER TABLE import_drafts ADD COLUMN reason_code TEXT;
ALTER TABLE import_drafts ADD COLUMN reason_data TEXT;
ALTER TABLE import_drafts ADD COLUMN same_as_row BIGINT;
ALTER TABLE import_drafts ADD COLUMN needs_rematch BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE import_drafts ADD COLUMN is_new BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE import_matches ADD COLUMN reason_code TEXT NOT NULL DEFAULT 'text';
ALTER TABLE import_matches ADD COLUMN reason_data TEXT;

-- The files that the draft of a row refers to.
CREATE TABLE import_files (
    organization_id BIGINT NOT NULL,
    import_id TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (organization_id, import_id, row_number, digest),
    FOREIGN KEY (organization_id, import_id, row_number)
        REFERENCES import_drafts (organization_id, import_id, row_number) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX import_files_by_digest ON import_files (digest);

-- When the file of an import and what its rows said were deleted because of their age.
ALTER TABLE imports ADD COLUMN expired_at TEXT;
UPDATE imports SET expired_at = updated_at
    WHERE file_digest IS NULL AND options = '{}' AND state IN ('applied', 'undone');

-- How an attachment came here: upload, import, instagram.
ALTER TABLE attachments ADD COLUMN source TEXT NOT NULL DEFAULT 'upload';
UPDATE attachments SET source = 'instagram' WHERE kind = 'picture' AND filename LIKE 'instagram-%';
