-- Segments: saved filters. filter is JSON with ids in place of names (model/filters/json_form.py).
CREATE TABLE segments (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    filter TEXT NOT NULL,
    created_by TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
) CLUSTERED;
CREATE UNIQUE INDEX segments_by_name ON segments (organization_id, name_key);
