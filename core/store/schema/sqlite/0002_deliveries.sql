CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint BLOB NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    reel_id INTEGER,
    auth TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_id TEXT,
    video_id TEXT,
    body BLOB NOT NULL,
    headers TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 1,
    verdict TEXT NOT NULL,
    set_aside INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    work_after INTEGER,
    lease_until INTEGER,
    worked_at INTEGER,
    note TEXT
);

CREATE INDEX delivery_waiting ON delivery (work_after) WHERE work_after IS NOT NULL;
CREATE INDEX delivery_reel ON delivery (reel_id, received_at) WHERE reel_id IS NOT NULL;
CREATE INDEX delivery_last_seen ON delivery (last_seen_at);
CREATE INDEX delivery_verdict ON delivery (verdict, id);
CREATE INDEX delivery_event ON delivery (video_id, event_type) WHERE video_id IS NOT NULL;

CREATE TABLE delivery_count (
    verdict TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER delivery_count_insert AFTER INSERT ON delivery BEGIN
    INSERT INTO delivery_count (verdict, n) VALUES (new.verdict, 1) ON CONFLICT (verdict) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER delivery_count_update AFTER UPDATE OF verdict ON delivery WHEN old.verdict <> new.verdict BEGIN
    UPDATE delivery_count SET n = n - 1 WHERE verdict = old.verdict;
    INSERT INTO delivery_count (verdict, n) VALUES (new.verdict, 1) ON CONFLICT (verdict) DO UPDATE SET n = n + 1;
END;

-- Requests that were not believed: counted by the minute, never stored whole.
CREATE TABLE refusal (
    minute INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reel_id INTEGER NOT NULL DEFAULT 0,
    n INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (minute, reason, reel_id)
) WITHOUT ROWID;

-- Small facts that all processes share: heartbeats, breakers, addresses. Values are JSON.
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tally (
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    n REAL NOT NULL,
    PRIMARY KEY (name, label)
) WITHOUT ROWID;
