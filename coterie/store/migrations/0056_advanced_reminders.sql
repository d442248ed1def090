-- When a reminder advanced, and from which moment: what a clock ahead has advanced is rewound.
ALTER TABLE reminders ADD COLUMN advanced_at TEXT;
ALTER TABLE reminders ADD COLUMN advanced_from TEXT;
UPDATE reminders SET advanced_at = last_sent_at;
