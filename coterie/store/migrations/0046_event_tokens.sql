-- The access token with which a change was made: of a program, an assistant or a device. NULL for pages and jobs.
ALTER TABLE events ADD COLUMN token_id TEXT;
-- what an assistant changed within the hour
CREATE INDEX events_of_assistants ON events (organization_id, token_id, happened_at) WHERE via = 'mcp';
