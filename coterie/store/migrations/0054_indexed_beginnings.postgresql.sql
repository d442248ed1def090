-- The first two letters of each word are a lexeme too, as search/beginnings.py computes it.
DROP INDEX contact_words_by_word;
UPDATE contact_words SET words = words || array_to_tsvector(ARRAY(
    SELECT DISTINCT '»' || left(word, 2) FROM unnest(tsvector_to_array(words)) AS each (word)
    WHERE length(word) >= 2 AND strpos('=«»0123456789', left(word, 1)) = 0
));
CREATE INDEX contact_words_by_word ON contact_words USING gin (words);
