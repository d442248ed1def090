-- One row per contact: rowid is organization_id * 2^32 + contact_id, words are folded and separated by spaces.
CREATE VIRTUAL TABLE contact_words USING fts5 (
    words, content='', contentless_delete=1, detail=none, prefix='1 2 3 5 7', tokenize='ascii'
);
