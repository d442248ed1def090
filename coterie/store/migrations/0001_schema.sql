-- The whole domain. One block per noun; the same text for SQLite and PostgreSQL.
--
-- Conventions
--   * organization_id is the first column of every primary and foreign key of a tenant's table.
--   * A contact is known inside by its integer id, counted per organization; outside also by its uuid.
--     Every other id is a UUIDv7 kept as text.
--   * Moments are text, ISO 8601 in UTC with microseconds and Z: they sort as they are and need no conversion.
--     Dates are text: YYYY-MM-DD, or --MM-DD where the year is not known.
--   * Three words are spelled per engine by the migration runner: TEXT (COLLATE "C" on PostgreSQL, so that both
--     engines sort alike), CLUSTERED (WITHOUT ROWID on SQLite) and NULLSFIRST (what SQLite does by itself).
--   * The summary columns of a contact (username … name_key …) repeat what its parts say, so that reading or
--     sorting a list touches one table. actions.contacts keeps them; nothing else writes them.

-- Organizations, users, access -------------------------------------------------------------------------------

CREATE TABLE organizations (
    id BIGINT NOT NULL PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    username TEXT,
    profile_picture_url TEXT,
    country TEXT,
    settings TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    time_zone TEXT NOT NULL DEFAULT 'UTC',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE notification_subscriptions (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active',
    PRIMARY KEY (user_id, id)
);

CREATE TABLE memberships (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
) CLUSTERED;
CREATE INDEX memberships_of_user ON memberships (user_id, organization_id);

-- all_organizations: the token of a login speaks for each organization its user is a member of.
CREATE TABLE access_tokens (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    all_organizations BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX access_tokens_of_user ON access_tokens (user_id);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    csrf_token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE idempotency_keys (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Sequences and kept counts of one organization: contact_id, folder_id, event_id; contacts, …
CREATE TABLE counters (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (organization_id, name)
) CLUSTERED;

-- Contacts ---------------------------------------------------------------------------------------------------

CREATE TABLE contacts (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    uuid TEXT NOT NULL,
    display_name TEXT,
    name_prefix TEXT,
    first_name TEXT,
    middle_name TEXT,
    last_name TEXT,
    name_suffix TEXT,
    nickname TEXT,
    gender TEXT,
    birthday TEXT,
    employer TEXT,
    job_title TEXT,
    how_you_met TEXT,
    relationship_grade BIGINT,
    status TEXT NOT NULL DEFAULT 'subscribed',
    language TEXT,
    bio TEXT,
    profile_picture_url TEXT,
    is_follower BOOLEAN,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    -- the summary of its parts
    username TEXT,
    email TEXT,
    phone TEXT,
    website TEXT,
    linkedin_url TEXT,
    pinned_note TEXT,
    follower_count BIGINT,
    follower_growth BIGINT,
    -- what it is sorted by: folded text, '' where there is none
    name_key TEXT NOT NULL DEFAULT '',
    real_name_key TEXT NOT NULL DEFAULT '',
    username_key TEXT NOT NULL DEFAULT '',
    email_key TEXT NOT NULL DEFAULT '',
    phone_key TEXT NOT NULL DEFAULT '',
    website_key TEXT NOT NULL DEFAULT '',
    note_key TEXT NOT NULL DEFAULT '',
    bio_key TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id)
) CLUSTERED;
CREATE UNIQUE INDEX contacts_by_uuid ON contacts (organization_id, uuid);
-- One index per order a list can be asked in; only what is not deleted is ever listed by default.
-- deleted_at stands in them so that SQLite finds a page in the index alone: it asks for it although it is always null.
CREATE INDEX contacts_alive ON contacts (organization_id, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_deleted ON contacts (organization_id, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX contacts_by_name ON contacts (organization_id, name_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_real_name
    ON contacts (organization_id, real_name_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_username ON contacts (organization_id, username_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_email ON contacts (organization_id, email_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_phone ON contacts (organization_id, phone_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_website ON contacts (organization_id, website_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_note ON contacts (organization_id, note_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_bio ON contacts (organization_id, bio_key, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_status ON contacts (organization_id, status, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_language
    ON contacts (organization_id, language NULLSFIRST, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_picture
    ON contacts (organization_id, profile_picture_url NULLSFIRST, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_is_follower
    ON contacts (organization_id, is_follower NULLSFIRST, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_follower_count
    ON contacts (organization_id, follower_count NULLSFIRST, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_follower_growth
    ON contacts (organization_id, follower_growth NULLSFIRST, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_created_at ON contacts (organization_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_updated_at ON contacts (organization_id, updated_at, id, deleted_at) WHERE deleted_at IS NULL;

-- What a source outside calls a contact: the UID of a card, an Instagram-scoped id.
CREATE TABLE outside_ids (
    organization_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    outside_id TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, source, outside_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX outside_ids_of_contact ON outside_ids (organization_id, contact_id);

CREATE TABLE handles (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    normalized TEXT NOT NULL,
    label TEXT,
    is_primary BOOLEAN NOT NULL DEFAULT FALSE,
    is_former BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX handles_by_value ON handles (organization_id, channel, normalized, contact_id);

-- contact_id is null where the address is the organization's own.
CREATE TABLE postal_addresses (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    contact_id BIGINT,
    label TEXT,
    address_line_1 TEXT,
    address_line_2 TEXT,
    address_line_3 TEXT,
    locality TEXT,
    region TEXT,
    postcode TEXT,
    country TEXT,
    country_code TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX postal_addresses_of_contact ON postal_addresses (organization_id, contact_id, id);

CREATE TABLE important_dates (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    occurs_on TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;

-- Properties, folders, tags, expertise ---------------------------------------------------------------------------

CREATE TABLE property_definitions (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    property_type TEXT NOT NULL,
    choices TEXT,
    description TEXT,
    agent_active BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, slug)
);

-- value is JSON text: a string, a number, true or false, or a list of strings.
CREATE TABLE property_values (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, slug),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, slug) REFERENCES property_definitions (organization_id, slug) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX property_values_by_slug ON property_values (organization_id, slug, contact_id);

CREATE TABLE folders (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    color TEXT,
    contact_count BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE contact_folders (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    folder_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, folder_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, folder_id) REFERENCES folders (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX contact_folders_by_folder ON contact_folders (organization_id, folder_id, contact_id);

CREATE TABLE tags (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    contact_count BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX tags_by_name ON tags (organization_id, name_key);

CREATE TABLE contact_tags (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    tag_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, tag_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX contact_tags_by_tag ON contact_tags (organization_id, tag_id, contact_id);

CREATE TABLE expertises (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    contact_count BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX expertises_by_name ON expertises (organization_id, name_key);

CREATE TABLE contact_expertises (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    expertise_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, expertise_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, expertise_id) REFERENCES expertises (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX contact_expertises_by_expertise
    ON contact_expertises (organization_id, expertise_id, contact_id);

-- Relationships ------------------------------------------------------------------------------------------------

-- The catalogue is the same for every organization: it is code (model/relationships.py), written here at start.
CREATE TABLE relationship_types (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    inverse_type_id TEXT
);

-- One row per side: (first, second, type) says what the second is to the first; mirror_id is the other side's row.
CREATE TABLE contact_relationships (
    organization_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    first_contact_id BIGINT NOT NULL,
    second_contact_id BIGINT NOT NULL,
    type_id TEXT NOT NULL REFERENCES relationship_types (id),
    mirror_id TEXT,
    anniversary_on TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, first_contact_id)
        REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, second_contact_id)
        REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_relationships_of_first
    ON contact_relationships (organization_id, first_contact_id, id);
CREATE INDEX contact_relationships_of_second ON contact_relationships (organization_id, second_contact_id);

CREATE TABLE user_relationships (
    organization_id BIGINT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    type_id TEXT NOT NULL REFERENCES relationship_types (id),
    anniversary_on TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, user_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX user_relationships_of_contact ON user_relationships (organization_id, contact_id);

-- Notes, gifts, pets, reminders, attachments ----------------------------------------------------------------------

CREATE TABLE notes (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    author_id TEXT,
    text TEXT NOT NULL,
    is_personal BOOLEAN NOT NULL DEFAULT FALSE,
    is_pinned BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX notes_personal ON notes (organization_id, author_id) WHERE is_personal;

CREATE TABLE note_contacts (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    note_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, note_id),
    FOREIGN KEY (organization_id, note_id) REFERENCES notes (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX note_contacts_of_note ON note_contacts (organization_id, note_id, contact_id);

CREATE TABLE note_tags (
    organization_id BIGINT NOT NULL,
    note_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, note_id, tag_id),
    FOREIGN KEY (organization_id, note_id) REFERENCES notes (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX note_tags_by_tag ON note_tags (organization_id, tag_id, note_id);

CREATE TABLE gifts (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    link TEXT,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;

CREATE TABLE pets (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    species TEXT,
    born_on TEXT,
    second_owner_id BIGINT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, second_owner_id) REFERENCES contacts (organization_id, id)
) CLUSTERED;
CREATE INDEX pets_of_second_owner ON pets (organization_id, second_owner_id);

-- Either due_at (and how it repeats), or so long before a contact's date.
CREATE TABLE reminders (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    contact_id BIGINT,
    category TEXT NOT NULL DEFAULT 'custom',
    title TEXT,
    remind_by TEXT NOT NULL,
    due_at TEXT,
    repeat_unit TEXT,
    repeat_magnitude BIGINT,
    repeat_count BIGINT,
    before_unit TEXT,
    before_magnitude BIGINT,
    sent_count BIGINT NOT NULL DEFAULT 0,
    last_sent_at TEXT,
    last_error TEXT,
    finished_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX reminders_due ON reminders (due_at) WHERE finished_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX reminders_of_user ON reminders (organization_id, user_id, id);
CREATE INDEX reminders_of_contact ON reminders (organization_id, contact_id, id);

-- The bytes lie in the data folder under their digest; several rows may share one file.
CREATE TABLE attachments (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'file',
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    byte_count BIGINT NOT NULL,
    digest TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX attachments_by_digest ON attachments (organization_id, digest);

-- Instagram ------------------------------------------------------------------------------------------------------

-- is_recent marks the newest ten of a contact and kind: a list of contacts reads them without counting.
CREATE TABLE interactions (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT 'instagram',
    outside_id TEXT,
    direction TEXT NOT NULL,
    text TEXT,
    data TEXT,
    is_recent BOOLEAN NOT NULL DEFAULT TRUE,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (organization_id, contact_id, kind, happened_at, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE UNIQUE INDEX interactions_by_outside_id
    ON interactions (organization_id, channel, outside_id) WHERE outside_id IS NOT NULL;
CREATE INDEX interactions_recent
    ON interactions (organization_id, contact_id, kind, happened_at, id) WHERE is_recent;

CREATE TABLE follower_snapshots (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    taken_on TEXT NOT NULL,
    follower_count BIGINT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, taken_on),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
) CLUSTERED;

CREATE TABLE instagram_accounts (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL UNIQUE,
    access_token_sealed TEXT NOT NULL,
    graph_url TEXT NOT NULL,
    username TEXT,
    paused_until TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, account_id)
);

-- Someone an account knows by an Instagram-scoped id (the contact is found through outside_ids): when the profile was
-- last asked for, and when Meta last said that the person does not consent to that.
CREATE TABLE instagram_people (
    organization_id BIGINT NOT NULL,
    source TEXT NOT NULL DEFAULT 'instagram',
    person_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    asked_at TEXT,
    refused_at TEXT,
    PRIMARY KEY (organization_id, person_id),
    FOREIGN KEY (organization_id, source, person_id)
        REFERENCES outside_ids (organization_id, source, outside_id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX instagram_people_to_ask
    ON instagram_people (organization_id, account_id, asked_at NULLSFIRST) WHERE refused_at IS NULL;

-- A delivery as Meta sent it, as far as it concerns one account; kept until it is worked off.
CREATE TABLE instagram_deliveries (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- Events -----------------------------------------------------------------------------------------------------------

-- id counts per organization in the order of commits. changes is JSON: {"field": [before, after]}.
CREATE TABLE events (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    contact_id BIGINT,
    user_id TEXT,
    via TEXT NOT NULL,
    import_id TEXT,
    changes TEXT,
    happened_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
) CLUSTERED;
CREATE INDEX events_of_contact ON events (organization_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX events_of_import ON events (organization_id, import_id, id) WHERE import_id IS NOT NULL;

-- Imports --------------------------------------------------------------------------------------------------------

CREATE TABLE imports (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT,
    filename TEXT NOT NULL,
    format TEXT NOT NULL,
    file_digest TEXT,
    byte_count BIGINT NOT NULL DEFAULT 0,
    options TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL,
    row_count BIGINT NOT NULL DEFAULT 0,
    applied_row BIGINT NOT NULL DEFAULT 0,
    created_count BIGINT NOT NULL DEFAULT 0,
    updated_count BIGINT NOT NULL DEFAULT 0,
    unchanged_count BIGINT NOT NULL DEFAULT 0,
    matched_count BIGINT NOT NULL DEFAULT 0,
    rejected_count BIGINT NOT NULL DEFAULT 0,
    kept_count BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    staged_at TEXT,
    applied_at TEXT,
    undone_at TEXT,
    -- the files of one command were brought in together and can be taken back together
    group_id TEXT,
    PRIMARY KEY (organization_id, id)
);

-- outcome: what applying does (create, update, unchanged, match, reject); decision: what a person said.
CREATE TABLE import_drafts (
    organization_id BIGINT NOT NULL,
    import_id TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    draft TEXT,
    source TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    contact_id BIGINT,
    decision TEXT,
    state TEXT NOT NULL DEFAULT 'staged',
    changes TEXT,
    PRIMARY KEY (organization_id, import_id, row_number),
    FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE INDEX import_drafts_by_outcome ON import_drafts (organization_id, import_id, outcome, row_number);

CREATE TABLE import_matches (
    organization_id BIGINT NOT NULL,
    import_id TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    score BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (organization_id, import_id, row_number, contact_id),
    FOREIGN KEY (organization_id, import_id, row_number)
        REFERENCES import_drafts (organization_id, import_id, row_number) ON DELETE CASCADE
) CLUSTERED;

-- Webhooks and jobs -------------------------------------------------------------------------------------------------

CREATE TABLE webhooks (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    event_kinds TEXT NOT NULL,
    secret_sealed TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    last_event_id BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE webhook_deliveries (
    organization_id BIGINT NOT NULL,
    webhook_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    attempt_count BIGINT NOT NULL DEFAULT 0,
    response_status BIGINT,
    last_error TEXT,
    next_attempt_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, webhook_id, id),
    FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks (organization_id, id) ON DELETE CASCADE
);

-- The queue. state: waiting, running, done, dead. run_at is when it may start; a running job's lease ends at run_at.
CREATE TABLE jobs (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    run_at TEXT NOT NULL,
    attempt_count BIGINT NOT NULL DEFAULT 0,
    attempts_max BIGINT NOT NULL DEFAULT 10,
    dedupe_key TEXT,
    claim TEXT,
    progress TEXT,
    last_error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX jobs_ready ON jobs (run_at) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX jobs_by_dedupe_key
    ON jobs (organization_id, dedupe_key) WHERE dedupe_key IS NOT NULL AND state IN ('waiting', 'running');
CREATE INDEX jobs_by_name ON jobs (organization_id, name, id);

-- When each recurring piece of work last started.
CREATE TABLE schedules (
    name TEXT NOT NULL PRIMARY KEY,
    last_run_at TEXT NOT NULL
);
