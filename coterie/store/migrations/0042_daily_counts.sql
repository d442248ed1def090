-- Numbers of each day (docs/decisions/0047-people-and-audience.md): the audience page reads them, nothing else does.
CREATE TABLE daily_counts (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    counted_on TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (organization_id, name, subject, counted_on)
) CLUSTERED;
