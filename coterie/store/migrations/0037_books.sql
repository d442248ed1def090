-- CardDAV (docs/decisions/0052-books.md): books of phones besides the one of everybody.

-- name: in URLs. source_id: the folder, tag or segment; NULL for a personal book, which has a user_id.
-- refreshed_revision: the newest change number when its members were last computed; last_revision: that of its newest
-- change.
CREATE TABLE books (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    source_id TEXT,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    refreshed_revision BIGINT NOT NULL DEFAULT 0,
    refreshed_on TEXT NOT NULL DEFAULT '',
    last_revision BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX books_by_name ON books (organization_id, name);

-- The members of a book. A deleted row stays, so that a sync reports the card as removed; the card of a contact that
-- comes back has the name it had. revision: the change number at which the contact came or left.
CREATE TABLE book_cards (
    organization_id BIGINT NOT NULL,
    book_id TEXT NOT NULL,
    href TEXT NOT NULL,
    contact_uuid TEXT NOT NULL,
    revision BIGINT NOT NULL,
    is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (organization_id, book_id, href),
    FOREIGN KEY (organization_id, book_id) REFERENCES books (organization_id, id) ON DELETE CASCADE
) CLUSTERED;
CREATE UNIQUE INDEX book_cards_by_contact ON book_cards (organization_id, book_id, contact_uuid) WHERE NOT is_deleted;
CREATE INDEX book_cards_by_revision ON book_cards (organization_id, book_id, revision);
