ALTER TABLE imports RENAME COLUMN kept_count TO conflict_count;
