-- Merges (docs/decisions/0038-merges.md): a contact that was merged into another is hidden, and its ids mean the other.

-- the contact that an old id means now: the last survivor of a chain. Set together with deleted_at.
ALTER TABLE contacts ADD COLUMN merged_into BIGINT;
CREATE INDEX contacts_merged ON contacts (organization_id, merged_into) WHERE merged_into IS NOT NULL;

-- changes is JSON (model/merges.py): what the merge changed about the survivor, to undo it. revision: the survivor's
-- after the merge, by which merges into one contact are ordered.
CREATE TABLE merges (
    organization_id BIGINT NOT NULL,
    id TEXT NOT NULL,
    survivor_id BIGINT NOT NULL,
    loser_id BIGINT NOT NULL,
    user_id TEXT,
    changes TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    unmerged_at TEXT,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, survivor_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, loser_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX merges_of_survivor ON merges (organization_id, survivor_id, revision);
CREATE INDEX merges_of_loser ON merges (organization_id, loser_id);

-- The rows that a merge moved to the survivor, or copied; kind: see store/merges.py.
CREATE TABLE merge_rows (
    organization_id BIGINT NOT NULL,
    merge_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, merge_id, kind, row_id),
    FOREIGN KEY (organization_id, merge_id) REFERENCES merges (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
