-- One row per contact: words are folded lexemes, with no positions; one more names the organization.
CREATE TABLE contact_words (
    organization_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (organization_id, contact_id),
    FOREIGN KEY (organization_id, contact_id) REFERENCES contacts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_words_by_word ON contact_words USING gin (words);
