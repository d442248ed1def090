-- Phone numbers are found by their last digits, and names by what follows an apostrophe: the worker indexes all
-- contacts again. Until then they are found as before.
INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, uuid, 'index_contacts', '{}', created_at, created_at, created_at FROM organizations;
