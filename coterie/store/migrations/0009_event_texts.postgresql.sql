-- The text of a pinned note was in events of the contact, where it stayed when the note became personal.
UPDATE events SET changes = nullif((changes::jsonb - 'pinned_note' - 'note')::text, '{}')
    WHERE kind IN ('contact.created', 'contact.updated') AND changes::jsonb ?| ARRAY['pinned_note', 'note'];

-- Not unique: a change of a unique column waits for the foreign keys of parts that others insert.
DROP INDEX contacts_by_revision;
CREATE INDEX contacts_by_revision ON contacts (organization_id, revision);
