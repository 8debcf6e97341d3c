-- The urgency that the rules gave a case when it was received, for `kakekomi rebuild`; NULL for earlier cases and after erasure.
ALTER TABLE cases ADD COLUMN first_urgency TEXT;

-- The order of the queue: by urgency, then by the time that the applicant waits; those that wait for the applicant come last.
-- NULL: the case is not in the queue.
ALTER TABLE projections ADD COLUMN queue_rank BIGINT GENERATED ALWAYS AS (
    CASE WHEN status IN ('closed', 'erased') THEN NULL
         WHEN urgency = 'critical' THEN 0
         WHEN urgency = 'high' THEN 1
         WHEN urgency = 'low' THEN 3
         ELSE 2 END) STORED;
ALTER TABLE projections ADD COLUMN queue_since BIGINT GENERATED ALWAYS AS (
    coalesce(waiting_since, 9223372036854775807)) STORED;
CREATE INDEX projections_queue ON projections (queue_rank, queue_since, case_seq) WHERE queue_rank IS NOT NULL;

-- The cases of one operator in the queue's order, and those that are to be looked at again.
CREATE INDEX projections_assignee ON projections (assignee, queue_rank, queue_since, case_seq)
    WHERE queue_rank IS NOT NULL AND assignee IS NOT NULL;
CREATE INDEX projections_follow_up ON projections (queue_rank, queue_since, case_seq)
    WHERE queue_rank IS NOT NULL AND follow_up IS NOT NULL;
