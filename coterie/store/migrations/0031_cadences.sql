-- Staying in touch (docs/decisions/0051-staying-in-touch.md): how often, of one contact, a tag or a folder.
CREATE TABLE cadences (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    contact_id BIGINT,
    tag_id TEXT,
    folder_id BIGINT,
    every TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, folder_id) REFERENCES folders (organization_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX cadences_of_contact ON cadences (organization_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX cadences_of_tag ON cadences (organization_id, tag_id) WHERE tag_id IS NOT NULL;
CREATE UNIQUE INDEX cadences_of_folder ON cadences (organization_id, folder_id) WHERE folder_id IS NOT NULL;

-- The newest of a contact counts, until a later touch ends it.
CREATE TABLE touch_snoozes (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    until_on TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id, id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);

-- Derived: the rule that is in force for a contact, and the day on which it is due. No foreign key to contacts, whose
-- rows must not be waited for once change numbers are taken.
CREATE TABLE touch_plans (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    contact_id BIGINT NOT NULL,
    cadence_id TEXT NOT NULL,
    every TEXT NOT NULL,
    last_touch_at TEXT,
    due_on TEXT NOT NULL,
    PRIMARY KEY (organization_id, contact_id)
) CLUSTERED;
CREATE INDEX touch_plans_due ON touch_plans (organization_id, due_on, contact_id);
CREATE INDEX touch_plans_of_cadence ON touch_plans (organization_id, cadence_id, contact_id);
