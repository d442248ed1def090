-- The text of a pinned note was in events of the contact, where it stayed when the note became personal.
UPDATE events SET changes = nullif(json_remove(changes, '$.pinned_note', '$.note'), '{}')
    WHERE kind IN ('contact.created', 'contact.updated')
    AND (json_type(changes, '$.pinned_note') IS NOT NULL OR json_type(changes, '$.note') IS NOT NULL);

-- Not unique, as on PostgreSQL, where a change of a unique column waits for the foreign keys of parts that others insert.
DROP INDEX contacts_by_revision;
CREATE INDEX contacts_by_revision ON contacts (organization_id, revision);
