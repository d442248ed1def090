-- Lists of contacts show the picture of each, however many other files it has.

CREATE INDEX attachments_pictures ON attachments (organization_id, contact_id, id) WHERE kind = 'picture';
