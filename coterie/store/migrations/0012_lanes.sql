-- Each job belongs to a lane, and knows its worker; an event that a job recorded knows the request that caused it.

ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT 'changes';
ALTER TABLE jobs ADD COLUMN worker TEXT;
UPDATE jobs SET lane = CASE name
    WHEN 'instagram_delivery' THEN 'deliveries'
    WHEN 'send_reminder' THEN 'mail'
    WHEN 'instagram_profile' THEN 'instagram'
    WHEN 'instagram_mention' THEN 'instagram'
    WHEN 'stage_import' THEN 'imports'
    WHEN 'apply_import' THEN 'imports'
    WHEN 'undo_import' THEN 'imports'
    ELSE 'changes' END;
DROP INDEX jobs_ready;
CREATE INDEX jobs_by_lane ON jobs (lane, organization_id, run_at) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_in_order ON jobs (organization_id, name, id) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_dead ON jobs (name) WHERE state = 'dead';

ALTER TABLE events ADD COLUMN cause_id BIGINT;

-- Why an import or a delivery failed, for programs.
ALTER TABLE imports ADD COLUMN error_code TEXT;
ALTER TABLE instagram_deliveries ADD COLUMN error_code TEXT;
