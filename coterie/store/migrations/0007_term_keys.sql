-- The names of tags and expertises are the same where people would say so, and no longer where search finds both:
-- migrations/term_keys.py computes their keys again. A word has at most one key of each kind, so none collide.
UPDATE tags SET name_key = name WHERE name_key = '';
