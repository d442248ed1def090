-- Birthdays of today are found by contacts_by_birthday, which holds the same day: one index less for each contact written.

DROP INDEX contacts_by_day;
