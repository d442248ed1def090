-- SQLite's index of words holds beginnings of two letters already.
SELECT 1;
