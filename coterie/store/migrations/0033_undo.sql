-- Undo (docs/decisions/0046). unit_id: the first event of the unit of work. undoes: the first event of what the unit
-- undid. undone_by: the unit that undid the event. undo: what an undo needs and changes do not say, as JSON.
ALTER TABLE events ADD COLUMN unit_id BIGINT;
ALTER TABLE events ADD COLUMN undoes BIGINT;
ALTER TABLE events ADD COLUMN undone_by BIGINT;
ALTER TABLE events ADD COLUMN undo TEXT;
-- the units of the history; an import or a job is one of them by the event that started it
CREATE INDEX events_first_of_unit ON events (organization_id, id)
    WHERE (unit_id IS NULL OR unit_id = id) AND import_id IS NULL AND cause_id IS NULL;
CREATE INDEX events_of_cause ON events (organization_id, cause_id, id) WHERE cause_id IS NOT NULL;
