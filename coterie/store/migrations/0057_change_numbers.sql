-- Migration 0005 numbered contacts by their ids, which may be higher than the number of any event. Numbers taken from
-- "event_id" since then were too low: mirrors did not see those changes, and two contacts could have one number.
UPDATE counters SET value = (SELECT max(revision) FROM contacts c WHERE c.organization_id = counters.organization_id)
    WHERE name = 'event_id'
    AND value < (SELECT max(revision) FROM contacts c WHERE c.organization_id = counters.organization_id);
UPDATE counters SET value = (
        SELECT max(revision) FROM contact_tombstones t WHERE t.organization_id = counters.organization_id)
    WHERE name = 'event_id'
    AND value < (SELECT max(revision) FROM contact_tombstones t WHERE t.organization_id = counters.organization_id);

-- Each contact that shares its number gets a new one.
UPDATE contacts SET revision = shared.number FROM (
    SELECT c.organization_id, c.id,
        n.value + row_number() OVER (PARTITION BY c.organization_id ORDER BY c.revision, c.id) AS number
    FROM contacts c JOIN counters n ON n.organization_id = c.organization_id AND n.name = 'event_id'
    WHERE EXISTS (SELECT 1 FROM contacts other WHERE other.organization_id = c.organization_id
        AND other.revision = c.revision AND other.id <> c.id)
    OR EXISTS (SELECT 1 FROM contact_tombstones t WHERE t.organization_id = c.organization_id
        AND t.revision = c.revision)
) AS shared WHERE contacts.organization_id = shared.organization_id AND contacts.id = shared.id;
UPDATE counters SET value = (SELECT max(revision) FROM contacts c WHERE c.organization_id = counters.organization_id)
    WHERE name = 'event_id'
    AND value < (SELECT max(revision) FROM contacts c WHERE c.organization_id = counters.organization_id);
DELETE FROM counters WHERE name = 'revision';
