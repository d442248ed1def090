-- Whether changes of a contact through our own contract need If-Match (428 without).
ALTER TABLE organizations ADD COLUMN require_if_match BOOLEAN NOT NULL DEFAULT FALSE;
