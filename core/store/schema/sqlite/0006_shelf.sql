-- A reel that is put away or deleted stays a row: news of its video may still come, and what was paid stays paid.
-- The shelf follows from two moments: 0 listed, 1 archived, 2 deleted.
ALTER TABLE reel ADD COLUMN archived_at INTEGER;
ALTER TABLE reel ADD COLUMN deleted_at INTEGER;
ALTER TABLE reel ADD COLUMN shelf INTEGER GENERATED ALWAYS AS (
    iif(deleted_at IS NOT NULL, 2, iif(archived_at IS NOT NULL, 1, 0))
) VIRTUAL;

DROP INDEX reel_mode;
DROP INDEX reel_status_mode;
CREATE INDEX reel_shelf ON reel (shelf);
CREATE INDEX reel_shelf_status ON reel (shelf, status);
CREATE INDEX reel_shelf_mode ON reel (shelf, mode);
CREATE INDEX reel_shelf_status_mode ON reel (shelf, status, mode);
CREATE INDEX reel_created ON reel (created_at);
CREATE INDEX reel_known ON reel (detected_by, detected_at, completed_at)
WHERE detected_by IS NOT NULL AND completed_at IS NOT NULL;

-- The reels of the list, by state; those put away or deleted are not counted.
DROP TRIGGER reel_count_insert;
DROP TRIGGER reel_count_update;
DROP TRIGGER reel_count_delete;

CREATE TRIGGER reel_count_insert AFTER INSERT ON reel WHEN new.shelf = 0 BEGIN
    INSERT INTO reel_count (status, n) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_count_leave AFTER UPDATE OF status, archived_at, deleted_at ON reel
WHEN old.shelf = 0 AND (new.shelf <> 0 OR new.status <> old.status) BEGIN
    UPDATE reel_count SET n = n - 1 WHERE status = old.status;
END;

CREATE TRIGGER reel_count_enter AFTER UPDATE OF status, archived_at, deleted_at ON reel
WHEN new.shelf = 0 AND (old.shelf <> 0 OR new.status <> old.status) BEGIN
    INSERT INTO reel_count (status, n) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_count_delete AFTER DELETE ON reel WHEN old.shelf = 0 BEGIN
    UPDATE reel_count SET n = n - 1 WHERE status = old.status;
END;

-- Completed reels by the quarter of an hour, as before, but for deleted ones.
DROP TRIGGER reel_done_insert;
DROP TRIGGER reel_done_leave;
DROP TRIGGER reel_done_enter;
DROP TRIGGER reel_done_delete;

CREATE TRIGGER reel_done_insert AFTER INSERT ON reel
WHEN new.status = 'completed' AND new.detected_at IS NOT NULL AND new.shelf < 2 BEGIN
    INSERT INTO reel_done (quarter, n) VALUES (new.detected_at / 900000, 1) ON CONFLICT (quarter) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_done_leave AFTER UPDATE OF status, detected_at, deleted_at ON reel
WHEN old.status = 'completed' AND old.detected_at IS NOT NULL AND old.shelf < 2 BEGIN
    UPDATE reel_done SET n = n - 1 WHERE quarter = old.detected_at / 900000;
END;

CREATE TRIGGER reel_done_enter AFTER UPDATE OF status, detected_at, deleted_at ON reel
WHEN new.status = 'completed' AND new.detected_at IS NOT NULL AND new.shelf < 2 BEGIN
    INSERT INTO reel_done (quarter, n) VALUES (new.detected_at / 900000, 1) ON CONFLICT (quarter) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_done_delete AFTER DELETE ON reel
WHEN old.status = 'completed' AND old.detected_at IS NOT NULL AND old.shelf < 2 BEGIN
    UPDATE reel_done SET n = n - 1 WHERE quarter = old.detected_at / 900000;
END;

-- Seconds of video by the quarter of an hour in which we learned of them; a deleted reel's were paid all the same.
CREATE TABLE reel_seconds (
    quarter INTEGER PRIMARY KEY,
    seconds REAL NOT NULL
);

INSERT INTO reel_seconds (quarter, seconds)
SELECT detected_at / 900000, total(duration_s) FROM reel
WHERE status = 'completed' AND detected_at IS NOT NULL AND duration_s IS NOT NULL GROUP BY 1;

CREATE TRIGGER reel_seconds_insert AFTER INSERT ON reel
WHEN new.status = 'completed' AND new.detected_at IS NOT NULL AND new.duration_s IS NOT NULL BEGIN
    INSERT INTO reel_seconds (quarter, seconds) VALUES (new.detected_at / 900000, new.duration_s)
    ON CONFLICT (quarter) DO UPDATE SET seconds = seconds + excluded.seconds;
END;

CREATE TRIGGER reel_seconds_leave AFTER UPDATE OF status, detected_at, duration_s ON reel
WHEN old.status = 'completed' AND old.detected_at IS NOT NULL AND old.duration_s IS NOT NULL BEGIN
    UPDATE reel_seconds SET seconds = seconds - old.duration_s WHERE quarter = old.detected_at / 900000;
END;

CREATE TRIGGER reel_seconds_enter AFTER UPDATE OF status, detected_at, duration_s ON reel
WHEN new.status = 'completed' AND new.detected_at IS NOT NULL AND new.duration_s IS NOT NULL BEGIN
    INSERT INTO reel_seconds (quarter, seconds) VALUES (new.detected_at / 900000, new.duration_s)
    ON CONFLICT (quarter) DO UPDATE SET seconds = seconds + excluded.seconds;
END;

-- What is still to be done for a deleted reel: the intent stands here before HeyGen or a file is touched.
CREATE TABLE removal (
    reel_id INTEGER PRIMARY KEY REFERENCES reel (id),
    at_heygen INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    work_after INTEGER,
    lease_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    done_at INTEGER,
    problem TEXT
);

CREATE INDEX removal_waiting ON removal (work_after) WHERE work_after IS NOT NULL;

-- The latest looks at each reel's video, at most 64 a reel: a ring, of which `place` is the place.
CREATE TABLE look (
    reel_id INTEGER NOT NULL REFERENCES reel (id),
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    channel TEXT NOT NULL,
    raw_status TEXT,
    PRIMARY KEY (reel_id, place)
) WITHOUT ROWID;
