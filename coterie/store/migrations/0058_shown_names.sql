-- People sorts by the name that it shows. A contact without a name is shown by its handle, employer, address or number.
-- migrations/shown_names.py computes the keys of employers.
ALTER TABLE contacts ADD COLUMN shown_key TEXT NOT NULL DEFAULT '';
UPDATE contacts SET shown_key = CASE WHEN name_key <> '' THEN name_key WHEN username_key <> '' THEN username_key
    WHEN employer <> '' THEN '' WHEN email_key <> '' THEN email_key ELSE phone_key END;
CREATE INDEX contacts_by_shown ON contacts (organization_id, shown_key, id, deleted_at) WHERE deleted_at IS NULL;
