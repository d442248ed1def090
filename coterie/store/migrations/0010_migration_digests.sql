-- The SHA-256 of each applied migration's file: a file that is edited later is refused.

ALTER TABLE schema_migrations ADD COLUMN digest TEXT;
