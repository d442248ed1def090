-- What identifies a fetched file at its source: of a picture from Instagram, the digest of its address there.

ALTER TABLE attachments ADD COLUMN source_key TEXT;
-- until now the file name held it
UPDATE attachments SET source_key = substr(filename, 11, 16)
    WHERE source = 'instagram' AND filename LIKE 'instagram-________________.%';
