-- The history without the messages of Instagram, of which there may be many more than changes by people.
CREATE INDEX events_first_of_unit_by_people ON events (organization_id, id)
    WHERE (unit_id IS NULL OR unit_id = id) AND import_id IS NULL AND cause_id IS NULL AND via <> 'instagram';
