-- An important date that is deleted can be restored, like every other part of a contact.

ALTER TABLE important_dates ADD COLUMN deleted_at TEXT;
