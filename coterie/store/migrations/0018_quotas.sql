-- Limits of an organization, null where there is none, and its time zone (IANA), by which dates are reckoned.
ALTER TABLE organizations ADD COLUMN contacts_max BIGINT;
ALTER TABLE organizations ADD COLUMN file_bytes_max BIGINT;
ALTER TABLE organizations ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
