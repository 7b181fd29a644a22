-- Words of title and script, whatever their case and accents.
CREATE VIRTUAL TABLE reel_text USING fts5 (
    title, script, content = 'reel', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO reel_text (reel_text) VALUES ('rebuild');

CREATE TRIGGER reel_text_insert AFTER INSERT ON reel BEGIN
    INSERT INTO reel_text (rowid, title, script) VALUES (new.id, new.title, new.script);
END;

CREATE TRIGGER reel_text_update AFTER UPDATE OF title, script ON reel BEGIN
    INSERT INTO reel_text (reel_text, rowid, title, script) VALUES ('delete', old.id, old.title, old.script);
    INSERT INTO reel_text (rowid, title, script) VALUES (new.id, new.title, new.script);
END;

CREATE TRIGGER reel_text_delete AFTER DELETE ON reel BEGIN
    INSERT INTO reel_text (reel_text, rowid, title, script) VALUES ('delete', old.id, old.title, old.script);
END;

-- Pending reels by how far their sending has come.
CREATE TABLE reel_send_count (
    send_state TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO reel_send_count (send_state, n)
SELECT send_state, count(*) FROM reel WHERE status = 'pending' GROUP BY send_state;

CREATE TRIGGER reel_send_count_insert AFTER INSERT ON reel WHEN new.status = 'pending' BEGIN
    INSERT INTO reel_send_count (send_state, n) VALUES (new.send_state, 1)
    ON CONFLICT (send_state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_send_count_leave AFTER UPDATE OF status, send_state ON reel
WHEN old.status = 'pending' AND (new.status <> 'pending' OR new.send_state <> old.send_state) BEGIN
    UPDATE reel_send_count SET n = n - 1 WHERE send_state = old.send_state;
END;

CREATE TRIGGER reel_send_count_enter AFTER UPDATE OF status, send_state ON reel
WHEN new.status = 'pending' AND (old.status <> 'pending' OR new.send_state <> old.send_state) BEGIN
    INSERT INTO reel_send_count (send_state, n) VALUES (new.send_state, 1)
    ON CONFLICT (send_state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_send_count_delete AFTER DELETE ON reel WHEN old.status = 'pending' BEGIN
    UPDATE reel_send_count SET n = n - 1 WHERE send_state = old.send_state;
END;

-- Completed reels by the quarter of an hour in which we learned it: every time zone's midnight begins one.
CREATE TABLE reel_done (
    quarter INTEGER PRIMARY KEY,
    n INTEGER NOT NULL
);

INSERT INTO reel_done (quarter, n)
SELECT detected_at / 900000, count(*) FROM reel WHERE status = 'completed' AND detected_at IS NOT NULL GROUP BY 1;

CREATE TRIGGER reel_done_insert AFTER INSERT ON reel WHEN new.status = 'completed' AND new.detected_at IS NOT NULL BEGIN
    INSERT INTO reel_done (quarter, n) VALUES (new.detected_at / 900000, 1) ON CONFLICT (quarter) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_done_leave AFTER UPDATE OF status, detected_at ON reel
WHEN old.status = 'completed' AND old.detected_at IS NOT NULL BEGIN
    UPDATE reel_done SET n = n - 1 WHERE quarter = old.detected_at / 900000;
END;

CREATE TRIGGER reel_done_enter AFTER UPDATE OF status, detected_at ON reel
WHEN new.status = 'completed' AND new.detected_at IS NOT NULL BEGIN
    INSERT INTO reel_done (quarter, n) VALUES (new.detected_at / 900000, 1) ON CONFLICT (quarter) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER reel_done_delete AFTER DELETE ON reel WHEN old.status = 'completed' AND old.detected_at IS NOT NULL BEGIN
    UPDATE reel_done SET n = n - 1 WHERE quarter = old.detected_at / 900000;
END;

CREATE INDEX reel_mode ON reel (mode);
CREATE INDEX reel_status_mode ON reel (status, mode);
CREATE INDEX reel_completed ON reel (detected_at) WHERE status = 'completed';
CREATE INDEX reel_overdue ON reel (submitted_at) WHERE status = 'processing' AND mode <> 'polling';
CREATE INDEX reel_sending ON reel (send_state, send_after) WHERE status = 'pending';
CREATE INDEX reel_unsure ON reel (title) WHERE status = 'pending' AND unsure = 1;

-- Holds everything that is asked of waiting deliveries, so that their rows are not read.
DROP INDEX delivery_waiting;
CREATE INDEX delivery_waiting ON delivery (work_after, lease_until, received_at) WHERE work_after IS NOT NULL;
CREATE INDEX delivery_aside ON delivery (set_aside) WHERE set_aside = 1;
