-- Words of the raw bodies. The worker indexes them a little later, so that a webhook is answered no later for it;
-- delivery_text_docsize says how far it has come.
CREATE VIRTUAL TABLE delivery_text USING fts5 (
    body, content = 'delivery', content_rowid = 'id', detail = none, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER delivery_text_delete AFTER DELETE ON delivery
WHEN EXISTS (SELECT 1 FROM delivery_text_docsize WHERE id = old.id) BEGIN
    INSERT INTO delivery_text (delivery_text, rowid, body) VALUES ('delete', old.id, CAST(old.body AS TEXT));
END;

-- Deliveries that have been worked on, by the quarter of an hour in which they came; what still waits is counted where
-- it waits, so that the receiver's insert stays as cheap as it is.
CREATE TABLE delivery_quarter (
    quarter INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (quarter, verdict)
) WITHOUT ROWID;

INSERT INTO delivery_quarter (quarter, verdict, n)
SELECT received_at / 900000, verdict, count(*) FROM delivery WHERE verdict <> 'waiting' GROUP BY 1, 2;

CREATE TRIGGER delivery_quarter_insert AFTER INSERT ON delivery WHEN new.verdict <> 'waiting' BEGIN
    INSERT INTO delivery_quarter (quarter, verdict, n) VALUES (new.received_at / 900000, new.verdict, 1)
    ON CONFLICT (quarter, verdict) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER delivery_quarter_leave AFTER UPDATE OF verdict ON delivery
WHEN old.verdict <> new.verdict AND old.verdict <> 'waiting' BEGIN
    UPDATE delivery_quarter SET n = n - 1 WHERE quarter = old.received_at / 900000 AND verdict = old.verdict;
END;

CREATE TRIGGER delivery_quarter_enter AFTER UPDATE OF verdict ON delivery
WHEN old.verdict <> new.verdict AND new.verdict <> 'waiting' BEGIN
    INSERT INTO delivery_quarter (quarter, verdict, n) VALUES (new.received_at / 900000, new.verdict, 1)
    ON CONFLICT (quarter, verdict) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER delivery_quarter_delete AFTER DELETE ON delivery WHEN old.verdict <> 'waiting' BEGIN
    UPDATE delivery_quarter SET n = n - 1 WHERE quarter = old.received_at / 900000 AND verdict = old.verdict;
END;

CREATE TRIGGER delivery_count_delete AFTER DELETE ON delivery BEGIN
    UPDATE delivery_count SET n = n - 1 WHERE verdict = old.verdict;
END;

-- Each ends in the row's id, so that a list of one reel or of one kind of event comes out newest first.
DROP INDEX delivery_reel;
CREATE INDEX delivery_reel ON delivery (reel_id) WHERE reel_id IS NOT NULL;
CREATE INDEX delivery_kind ON delivery (event_type);
