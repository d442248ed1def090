-- Contacts are found by the words of their bio too. The worker indexes all contacts of organizations that have one.

INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, 'bio-' || uuid, 'index_contacts', '{}', created_at, created_at, created_at FROM organizations
    WHERE EXISTS (
        SELECT 1 FROM contacts c WHERE c.organization_id = organizations.id AND c.bio IS NOT NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.organization_id = organizations.id AND j.name = 'index_contacts'
        AND j.state = 'waiting' AND j.progress IS NULL
    );
