-- Folded words of texts, for filters (model/words.py). Existing rows get theirs by migrations/filter_words.py.
ALTER TABLE contacts ADD COLUMN name_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN first_name_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN last_name_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN nickname_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN employer_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN department_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN job_title_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN how_you_met_words TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN bio_words TEXT NOT NULL DEFAULT '';
ALTER TABLE postal_addresses ADD COLUMN address_words TEXT NOT NULL DEFAULT '';
ALTER TABLE postal_addresses ADD COLUMN locality_words TEXT NOT NULL DEFAULT '';
ALTER TABLE postal_addresses ADD COLUMN region_words TEXT NOT NULL DEFAULT '';
ALTER TABLE postal_addresses ADD COLUMN postcode_words TEXT NOT NULL DEFAULT '';
ALTER TABLE important_dates ADD COLUMN label_words TEXT NOT NULL DEFAULT '';
ALTER TABLE notes ADD COLUMN text_words TEXT NOT NULL DEFAULT '';
ALTER TABLE property_values ADD COLUMN value_words TEXT NOT NULL DEFAULT '';
ALTER TABLE property_values ADD COLUMN value_number DOUBLE PRECISION;

-- the month and day of the birthday, MM-DD
ALTER TABLE contacts ADD COLUMN birthday_day TEXT NOT NULL DEFAULT '';
UPDATE contacts SET birthday_day = substr(birthday, length(birthday) - 4) WHERE length(birthday) IN (7, 10);
CREATE INDEX contacts_by_birthday ON contacts (organization_id, birthday_day, id, deleted_at)
    WHERE birthday_day <> '' AND deleted_at IS NULL;
