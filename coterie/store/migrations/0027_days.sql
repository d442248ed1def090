-- Birthdays and important dates by month and day, for those of the next two weeks.

CREATE INDEX contacts_by_day ON contacts (organization_id, substr(birthday, length(birthday) - 4))
    WHERE birthday IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX important_dates_by_day ON important_dates (organization_id, substr(occurs_on, length(occurs_on) - 4));
