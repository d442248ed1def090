-- The history lists that an import was applied, and that it was undone.
DROP INDEX events_first_of_unit;
DROP INDEX events_first_of_unit_by_people;
CREATE INDEX events_first_of_unit ON events (organization_id, id)
    WHERE (unit_id IS NULL OR unit_id = id) AND (import_id IS NULL OR kind IN ('import.applied', 'import.undone'))
    AND cause_id IS NULL;
CREATE INDEX events_first_of_unit_by_people ON events (organization_id, id)
    WHERE (unit_id IS NULL OR unit_id = id) AND (import_id IS NULL OR kind IN ('import.applied', 'import.undone'))
    AND cause_id IS NULL AND via <> 'instagram';
