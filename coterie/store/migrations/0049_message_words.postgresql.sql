-- Search in the text of messages (docs/decisions/0036-search.md). search_number: under which the index has the words of
-- an interaction; NULL for those without words, and until the worker has indexed what was stored earlier.
ALTER TABLE interactions ADD COLUMN search_number BIGINT;
CREATE UNIQUE INDEX interactions_by_search_number
    ON interactions (organization_id, search_number) WHERE search_number IS NOT NULL;
CREATE TABLE message_words (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (organization_id, number)
);
CREATE INDEX message_words_by_word ON message_words USING gin (words);

-- However an interaction is erased, its words go with it.
CREATE OR REPLACE FUNCTION erase_message_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM message_words WHERE organization_id = old.organization_id AND number = old.search_number;
    RETURN NULL;
END
$$;
CREATE TRIGGER interactions_erased AFTER DELETE ON interactions
    FOR EACH ROW WHEN (old.search_number IS NOT NULL) EXECUTE FUNCTION erase_message_words();

-- The worker indexes the messages that are stored.
INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, 'messages-' || uuid, 'index_messages', '{}', created_at, created_at, created_at FROM organizations
    WHERE EXISTS (SELECT 1 FROM interactions i WHERE i.organization_id = organizations.id AND i.text IS NOT NULL);
