-- External ids: the standard term for what another system calls a contact or an interaction.

ALTER TABLE outside_ids RENAME TO external_ids;
ALTER TABLE external_ids RENAME COLUMN outside_id TO external_id;
DROP INDEX outside_ids_of_contact;
CREATE INDEX external_ids_of_contact ON external_ids (organization_id, contact_id);

ALTER TABLE interactions RENAME COLUMN outside_id TO external_id;
DROP INDEX interactions_by_outside_id;
CREATE UNIQUE INDEX interactions_by_external_id
    ON interactions (organization_id, channel, external_id) WHERE external_id IS NOT NULL;

-- jobs and recurring work are named after their functions
UPDATE jobs SET name = 'scrub_erased_contacts' WHERE name = 'forget_erased';
UPDATE schedules SET name = 'expire_old_imports' WHERE name = 'let_old_imports_go';
