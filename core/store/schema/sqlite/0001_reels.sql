CREATE TABLE reel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    script TEXT NOT NULL,
    avatar_id TEXT NOT NULL,
    voice_id TEXT NOT NULL,
    aspect_ratio TEXT NOT NULL,
    options TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('webhook', 'polling', 'hybrid')),
    requested_mode TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'timed_out')),
    attempt INTEGER NOT NULL,
    send_state TEXT NOT NULL CHECK (send_state IN ('queued', 'sending', 'unknown', 'doubt', 'sent')),
    send_after INTEGER,
    sends INTEGER NOT NULL DEFAULT 0,
    first_sent_at INTEGER,
    unsure INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until INTEGER,
    lease_epoch INTEGER NOT NULL DEFAULT 0,
    video_id TEXT UNIQUE,
    video_url TEXT,
    captioned_video_url TEXT,
    thumbnail_url TEXT,
    subtitle_url TEXT,
    duration_s REAL,
    failure_code TEXT,
    failure_message TEXT,
    failure_param TEXT,
    request_id TEXT,
    detected_by TEXT,
    created_at INTEGER NOT NULL,
    submitted_at INTEGER,
    completed_at INTEGER,
    detected_at INTEGER,
    deadline_at INTEGER,
    remote_status TEXT,
    checks INTEGER NOT NULL DEFAULT 0,
    last_checked_at INTEGER,
    check_after INTEGER,
    anomalies INTEGER NOT NULL DEFAULT 0,
    fallback_at INTEGER,
    updated_at INTEGER NOT NULL
);

CREATE INDEX reel_status ON reel (status, id);
CREATE INDEX reel_send ON reel (send_after) WHERE status = 'pending';
CREATE INDEX reel_processing ON reel (submitted_at) WHERE status = 'processing';
CREATE INDEX reel_deadline ON reel (deadline_at) WHERE status = 'processing';
CREATE INDEX reel_detected ON reel (detected_at) WHERE detected_at IS NOT NULL;

-- Times are milliseconds since the epoch, UTC, bound by the caller.
CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reel_id INTEGER NOT NULL REFERENCES reel (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE INDEX timeline_reel ON timeline (reel_id, at, id);

-- Only the hash of a callback token is kept: each sending makes a token of its own, and all of a reel's are accepted.
CREATE TABLE callback_token (
    sha256 BLOB PRIMARY KEY,
    reel_id INTEGER NOT NULL REFERENCES reel (id)
) WITHOUT ROWID;

-- The videos of earlier attempts: news of them must not touch the present one.
CREATE TABLE past_video (
    video_id TEXT PRIMARY KEY,
    reel_id INTEGER NOT NULL REFERENCES reel (id)
) WITHOUT ROWID;

CREATE TABLE reel_count (
    status TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER reel_count_insert AFTER INSERT ON reel BEGIN
    INSERT INTO reel_count (status, n) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_count_update AFTER UPDATE OF status ON reel WHEN old.status <> new.status BEGIN
    UPDATE reel_count SET n = n - 1 WHERE status = old.status;
    INSERT INTO reel_count (status, n) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_count_delete AFTER DELETE ON reel BEGIN
    UPDATE reel_count SET n = n - 1 WHERE status = old.status;
END;
