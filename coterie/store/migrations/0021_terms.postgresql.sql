-- Search that corrects and ranks (docs/decisions/0036-search.md).

-- The words of each contact by kind of field, for ranking; digest: of its whole document, to skip writing it again.
CREATE TABLE contact_terms (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    contact_id BIGINT NOT NULL,
    fields TEXT NOT NULL,
    closeness BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    PRIMARY KEY (organization_id, contact_id)
) CLUSTERED;

-- The dictionary, and the hashes under which a misspelt word finds its terms.
CREATE TABLE terms (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    term TEXT NOT NULL,
    contact_count BIGINT NOT NULL,
    PRIMARY KEY (organization_id, term)
) CLUSTERED;
CREATE TABLE term_spellings (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    key BIGINT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (organization_id, key, term)
) CLUSTERED;

-- The words of contacts for queries by the beginning of one word, which the GIN index answers slowly.
CREATE TABLE term_contacts (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    term TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (organization_id, term, contact_id)
);

-- The worker indexes all contacts again. Until then they are found by the words they have in the index.
INSERT INTO jobs (organization_id, id, name, arguments, run_at, created_at, updated_at)
    SELECT id, 'terms-' || uuid, 'index_contacts', '{}', created_at, created_at, created_at FROM organizations
    WHERE NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.organization_id = organizations.id AND j.name = 'index_contacts'
        AND j.state = 'waiting' AND j.progress IS NULL
    );
