-- Subscriptions to address books elsewhere (docs/decisions/0053-subscriptions.md).

-- url: of the book, once it is found. seen_change: our changes up to this change number are written there.
-- held, approved: JSON. next_run_at: NULL while no run is due by time.
CREATE TABLE subscriptions (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_id TEXT,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    username TEXT NOT NULL,
    password_sealed TEXT NOT NULL,
    direction TEXT NOT NULL,
    policy TEXT NOT NULL,
    folder_id BIGINT,
    state TEXT NOT NULL,
    import_id TEXT,
    sync_token TEXT,
    ctag TEXT,
    seen_change BIGINT NOT NULL DEFAULT 0,
    held TEXT,
    approved TEXT,
    error_code TEXT,
    error TEXT,
    failure_count BIGINT NOT NULL DEFAULT 0,
    next_run_at TEXT,
    last_run_at TEXT,
    last_success_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX subscriptions_due ON subscriptions (next_run_at) WHERE next_run_at IS NOT NULL;

-- Cards of a remote book. remote_body and own_body: the card there and here when both were last the same in meaning;
-- own_body is NULL while it is the same text. contact_revision: of the contact whose changes are in own_body.
-- contact_id has no foreign key: the row of an erased contact stays, without its values, so that the card is not read
-- again as a new one.
CREATE TABLE remote_cards (
    organization_id BIGINT NOT NULL,
    subscription_id TEXT NOT NULL,
    href TEXT NOT NULL,
    etag TEXT,
    uid TEXT,
    remote_body TEXT NOT NULL,
    own_body TEXT,
    contact_id BIGINT,
    contact_revision BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    decision TEXT,
    reason_code TEXT,
    reason TEXT,
    row_number BIGINT,
    PRIMARY KEY (organization_id, subscription_id, href),
    FOREIGN KEY (organization_id, subscription_id) REFERENCES subscriptions (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX remote_cards_of_contact ON remote_cards (organization_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX remote_cards_by_uid ON remote_cards (organization_id, subscription_id, uid);
CREATE INDEX remote_cards_by_row ON remote_cards (organization_id, subscription_id, row_number)
    WHERE row_number IS NOT NULL;
