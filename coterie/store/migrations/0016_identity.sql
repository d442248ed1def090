-- Who is who (docs/decisions/0037-identity.md). Everything but not_same follows from the contacts.

-- The facts by which a contact is compared, as JSON (identity/people.py). A background job computes those of every
-- contact whose revision is above keyed_revision, so this migration computes nothing.
CREATE TABLE match_facts (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    facts TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;

-- The keys of these facts (identity/keys.py). No foreign key to contacts: its index would double the table.
CREATE TABLE match_keys (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    key BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, key, contact_id)
) CLUSTERED;

-- How many contacts have a name, a birthday, an address …
CREATE TABLE match_counts (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    value BIGINT NOT NULL,
    contact_count BIGINT NOT NULL,
    PRIMARY KEY (organization_id, value)
) CLUSTERED;

-- How far keys and duplicates are; version: that of the keys; contact_count: the number of rows of match_facts.
CREATE TABLE match_progress (
    organization_id BIGINT NOT NULL PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    contact_count BIGINT NOT NULL,
    keyed_revision BIGINT NOT NULL,
    scanned_revision BIGINT NOT NULL
);

-- Pairs of contacts that may be one person; the first id is the smaller one. reasons: JSON (model/duplicates.py).
CREATE TABLE duplicates (
    organization_id BIGINT NOT NULL,
    first_contact_id BIGINT NOT NULL,
    second_contact_id BIGINT NOT NULL,
    decibits BIGINT NOT NULL,
    level TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (organization_id, first_contact_id, second_contact_id),
    FOREIGN KEY (organization_id, first_contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, second_contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX duplicates_of_second ON duplicates (organization_id, second_contact_id);
CREATE INDEX duplicates_by_bits
    ON duplicates (organization_id, level, decibits, first_contact_id, second_contact_id);

-- Pairs that a user has said are two people; the first id is the smaller one.
CREATE TABLE not_same (
    organization_id BIGINT NOT NULL,
    first_contact_id BIGINT NOT NULL,
    second_contact_id BIGINT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, first_contact_id, second_contact_id),
    FOREIGN KEY (organization_id, first_contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, second_contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX not_same_of_second ON not_same (organization_id, second_contact_id);
