-- Messages to people outside: what ended, the messages that tell of it, and how far each has come at each target.
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER,
    made_at INTEGER NOT NULL
);

CREATE INDEX message_made ON message (made_at);

-- One row an end of a reel's attempt; without a message it is still to be told.
CREATE TABLE ending (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reel_id INTEGER NOT NULL REFERENCES reel (id),
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    failure_code TEXT,
    campaign_id INTEGER,
    at INTEGER NOT NULL,
    message_id INTEGER REFERENCES message (id) ON DELETE CASCADE,
    UNIQUE (reel_id, attempt, status)
);

CREATE INDEX ending_single ON ending (id) WHERE message_id IS NULL AND campaign_id IS NULL;
CREATE INDEX ending_campaign ON ending (campaign_id) WHERE message_id IS NULL AND campaign_id IS NOT NULL;
CREATE INDEX ending_message ON ending (message_id) WHERE message_id IS NOT NULL;

-- Written with the change itself, by whichever process makes it; only while somebody is to be told.
CREATE TRIGGER reel_ending AFTER UPDATE OF status ON reel
WHEN new.status IN ('completed', 'failed', 'timed_out') AND new.status <> old.status
    AND EXISTS (SELECT 1 FROM fact WHERE name = 'telling')
BEGIN
    INSERT INTO ending (reel_id, attempt, status, failure_code, campaign_id, at)
    VALUES (new.id, new.attempt, new.status, new.failure_code, new.campaign_id, new.updated_at)
    ON CONFLICT (reel_id, attempt, status) DO NOTHING;
END;

-- A target is known by a hash of its address, which is a secret.
CREATE TABLE telling (
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    work_after INTEGER,
    lease_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER,
    set_aside INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    PRIMARY KEY (message_id, target)
) WITHOUT ROWID;

CREATE INDEX telling_waiting ON telling (target, work_after) WHERE work_after IS NOT NULL;
CREATE INDEX telling_aside ON telling (message_id) WHERE set_aside = 1;
