-- Requests for the profiles of new people are paced: the moment of the last one that was planned.
ALTER TABLE instagram_accounts ADD COLUMN profiles_planned_until TEXT;
