-- SQLite has always read the handles of a contact in the order of their ids.
SELECT 1;
