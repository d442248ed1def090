-- filter: as JSON; only events of contacts that match are sent. is_ordered: one message after the other.
ALTER TABLE webhooks ADD COLUMN filter TEXT;
ALTER TABLE webhooks ADD COLUMN is_ordered BOOLEAN NOT NULL DEFAULT FALSE;
