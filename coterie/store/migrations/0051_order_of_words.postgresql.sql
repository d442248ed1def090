-- PostgreSQL read the handles of a contact in no order, so that their words stood in the index in any. The worker indexes
-- all contacts.

INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, 'order-' || uuid, 'index_contacts', '{}', created_at, created_at, created_at FROM organizations
    WHERE EXISTS (SELECT 1 FROM handles h WHERE h.organization_id = organizations.id)
    AND NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.organization_id = organizations.id AND j.name = 'index_contacts'
        AND j.state = 'waiting' AND j.progress IS NULL
    );
