-- Search in the text of messages (docs/decisions/0036-search.md). search_number: under which the index has the words of
-- an interaction; NULL for those without words, and until the worker has indexed what was stored earlier.
ALTER TABLE interactions ADD COLUMN search_number BIGINT;
CREATE UNIQUE INDEX interactions_by_search_number
    ON interactions (organization_id, search_number) WHERE search_number IS NOT NULL;
CREATE VIRTUAL TABLE message_words USING fts5 (
    words, content='', contentless_delete=1, detail=none, tokenize='ascii'
);

-- However an interaction is erased, its words go with it.
CREATE TRIGGER interactions_erased AFTER DELETE ON interactions WHEN old.search_number IS NOT NULL BEGIN
    DELETE FROM message_words WHERE rowid = (old.organization_id << 32) + old.search_number;
END;

-- The worker indexes the messages that are stored.
INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, 'messages-' || uuid, 'index_messages', '{}', created_at, created_at, created_at FROM organizations
    WHERE EXISTS (SELECT 1 FROM interactions i WHERE i.organization_id = organizations.id AND i.text IS NOT NULL);
