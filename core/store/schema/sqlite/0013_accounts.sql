-- The HeyGen account of each reel; empty for the one of HEYGEN_API_KEY, whose reels those of before are.
ALTER TABLE reel ADD COLUMN account TEXT NOT NULL DEFAULT '';

-- What is due is asked for by account, so that the queue of one is never walked for another's.
DROP INDEX reel_send;
DROP INDEX reel_unsure;
DROP INDEX reel_sending;
DROP INDEX reel_processing;
DROP INDEX reel_deadline;
CREATE INDEX reel_unsure ON reel (account, title) WHERE status = 'pending' AND unsure = 1;
CREATE INDEX reel_send ON reel (account, send_after) WHERE status = 'pending';
CREATE INDEX reel_sending ON reel (account, send_state, send_after) WHERE status = 'pending';
CREATE INDEX reel_processing ON reel (account, submitted_at) WHERE status = 'processing';
CREATE INDEX reel_deadline ON reel (account, deadline_at) WHERE status = 'processing';

-- The lists of one account; those that only several accounts need hold nothing where there is one.
CREATE INDEX reel_account ON reel (shelf, account);
CREATE INDEX reel_account_status ON reel (shelf, account, status) WHERE account <> '';
CREATE INDEX reel_account_mode ON reel (shelf, account, mode) WHERE account <> '';
CREATE INDEX reel_account_status_mode ON reel (shelf, account, status, mode) WHERE account <> '';
