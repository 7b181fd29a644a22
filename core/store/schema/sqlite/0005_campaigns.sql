-- Reels that were submitted together. The key of the draft that they came from makes submitting it twice harmless;
-- the token is part of the addresses of a campaign's downloads, which nobody can guess.
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    draft_key TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

ALTER TABLE reel ADD COLUMN campaign_id INTEGER REFERENCES campaign (id);

CREATE INDEX reel_campaign ON reel (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX reel_campaign_status ON reel (campaign_id, status) WHERE campaign_id IS NOT NULL;
CREATE INDEX reel_campaign_mode ON reel (campaign_id, mode) WHERE campaign_id IS NOT NULL;

-- A campaign that is being written: rows and choices as JSON, so that a reload or a restart loses nothing.
CREATE TABLE campaign_draft (
    key TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX campaign_draft_updated ON campaign_draft (updated_at);

-- Reels that a person wants tried again: HeyGen is asked before each, so a worker does it one by one.
-- A reel that has moved on from this attempt is left alone.
CREATE TABLE retry_request (
    reel_id INTEGER PRIMARY KEY REFERENCES reel (id),
    campaign_id INTEGER,
    attempt INTEGER NOT NULL,
    work_after INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX retry_request_due ON retry_request (work_after);

-- Reels of each campaign by state: the status, `doubt` for those that wait for a person's decision, and `retry` for
-- those of the others whose new attempt has been asked for.
CREATE TABLE campaign_count (
    campaign_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, state)
) WITHOUT ROWID;

CREATE TRIGGER campaign_count_insert AFTER INSERT ON reel WHEN new.campaign_id IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n)
    VALUES (new.campaign_id, iif(new.status = 'pending' AND new.send_state = 'doubt', 'doubt', new.status), 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER campaign_count_leave AFTER UPDATE OF status, send_state, campaign_id ON reel
WHEN old.campaign_id IS NOT NULL BEGIN
    UPDATE campaign_count SET n = n - 1 WHERE campaign_id = old.campaign_id
    AND state = iif(old.status = 'pending' AND old.send_state = 'doubt', 'doubt', old.status);
END;

CREATE TRIGGER campaign_count_enter AFTER UPDATE OF status, send_state, campaign_id ON reel
WHEN new.campaign_id IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n)
    VALUES (new.campaign_id, iif(new.status = 'pending' AND new.send_state = 'doubt', 'doubt', new.status), 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER campaign_count_delete AFTER DELETE ON reel WHEN old.campaign_id IS NOT NULL BEGIN
    UPDATE campaign_count SET n = n - 1 WHERE campaign_id = old.campaign_id
    AND state = iif(old.status = 'pending' AND old.send_state = 'doubt', 'doubt', old.status);
END;

CREATE TRIGGER campaign_retry_insert AFTER INSERT ON retry_request WHEN new.campaign_id IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n) VALUES (new.campaign_id, 'retry', 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER campaign_retry_delete AFTER DELETE ON retry_request WHEN old.campaign_id IS NOT NULL BEGIN
    UPDATE campaign_count SET n = n - 1 WHERE campaign_id = old.campaign_id AND state = 'retry';
END;
