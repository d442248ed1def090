-- Until when a reminder of a date is done: the next change of any date must not plan that occurrence again.
ALTER TABLE reminders ADD COLUMN done_until TEXT;
