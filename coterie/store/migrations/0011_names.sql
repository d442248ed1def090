-- The full name as written, where the parts of the name do not compose to it; and what else belongs to a name.
ALTER TABLE contacts ADD COLUMN formatted_name TEXT;
ALTER TABLE contacts ADD COLUMN phonetic_first_name TEXT;
ALTER TABLE contacts ADD COLUMN phonetic_last_name TEXT;
ALTER TABLE contacts ADD COLUMN maiden_name TEXT;
ALTER TABLE contacts ADD COLUMN department TEXT;

-- Names in Han, Kana and Hangul are composed family name first, and found by any of their characters:
-- migrations/name_keys.py computes their sort keys, and the worker indexes all contacts again.
