-- Searches of phones for an e-mail address (docs/decisions/0042-carddav.md): in lower case, the addresses in the lines of
-- a card that its contact does not have. Of cards stored before, the whole text: a search decides by the card itself.
ALTER TABLE card_bodies ADD COLUMN other_emails TEXT;
UPDATE card_bodies SET other_emails = lower(replace(replace(body, chr(13) || chr(10) || ' ', ''), chr(10) || ' ', ''))
    WHERE lower(body) LIKE '%email%';
CREATE INDEX card_bodies_with_other_emails ON card_bodies (organization_id) WHERE other_emails IS NOT NULL;
