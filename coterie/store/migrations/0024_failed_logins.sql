-- Failed logins of the last 30 days, at most 10,000. user_id: null if no user has the address.
CREATE TABLE failed_logins (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    via TEXT NOT NULL,
    happened_at TEXT NOT NULL
);
CREATE INDEX failed_logins_of_user ON failed_logins (user_id);
