-- What SQLite's triggers count row by row is counted here by the statement, in the slot of the transaction.
CREATE TABLE reel_count_slot (status TEXT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (status, slot))
WITH (fillfactor = 50);
CREATE TABLE reel_send_count_slot (send_state TEXT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (send_state, slot))
WITH (fillfactor = 50);
CREATE TABLE reel_done_slot (quarter BIGINT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (quarter, slot))
WITH (fillfactor = 50);
CREATE TABLE reel_seconds_slot (
    quarter BIGINT, slot INTEGER, seconds DOUBLE PRECISION NOT NULL, PRIMARY KEY (quarter, slot)
) WITH (fillfactor = 50);
CREATE TABLE campaign_count_slot (
    campaign_id BIGINT, state TEXT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (campaign_id, state, slot)
) WITH (fillfactor = 50);
CREATE TABLE delivery_count_slot (verdict TEXT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (verdict, slot))
WITH (fillfactor = 50);
CREATE TABLE delivery_quarter_slot (
    quarter BIGINT, verdict TEXT, slot INTEGER, n BIGINT NOT NULL, PRIMARY KEY (quarter, verdict, slot)
) WITH (fillfactor = 50);

CREATE VIEW reel_count AS SELECT status, sum(n)::BIGINT AS n FROM reel_count_slot GROUP BY status;
CREATE VIEW reel_send_count AS SELECT send_state, sum(n)::BIGINT AS n FROM reel_send_count_slot GROUP BY send_state;
CREATE VIEW reel_done AS SELECT quarter, sum(n)::BIGINT AS n FROM reel_done_slot GROUP BY quarter;
CREATE VIEW reel_seconds AS SELECT quarter, sum(seconds) AS seconds FROM reel_seconds_slot GROUP BY quarter;
CREATE VIEW campaign_count AS
SELECT campaign_id, state, sum(n)::BIGINT AS n FROM campaign_count_slot GROUP BY campaign_id, state;
CREATE VIEW delivery_count AS SELECT verdict, sum(n)::BIGINT AS n FROM delivery_count_slot GROUP BY verdict;
CREATE VIEW delivery_quarter AS
SELECT quarter, verdict, sum(n)::BIGINT AS n FROM delivery_quarter_slot GROUP BY quarter, verdict;

-- Reels: what a row adds to the counters (d = 1) or takes away from them (d = -1).
CREATE TYPE reel_change AS (
    status TEXT, shelf INTEGER, send_state TEXT, campaign_id BIGINT, detected_at BIGINT, duration_s DOUBLE PRECISION,
    d INTEGER
);

CREATE FUNCTION count_reels(changes reel_change[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    mine INTEGER := my_slot();
BEGIN
    INSERT INTO reel_count_slot AS kept (status, slot, n)
    SELECT status, mine, sum(d) FROM unnest(changes) WHERE shelf = 0 GROUP BY status HAVING sum(d) <> 0
    ON CONFLICT (status, slot) DO UPDATE SET n = kept.n + excluded.n;

    INSERT INTO reel_send_count_slot AS kept (send_state, slot, n)
    SELECT send_state, mine, sum(d) FROM unnest(changes) WHERE status = 'pending'
    GROUP BY send_state HAVING sum(d) <> 0
    ON CONFLICT (send_state, slot) DO UPDATE SET n = kept.n + excluded.n;

    INSERT INTO reel_done_slot AS kept (quarter, slot, n)
    SELECT detected_at / 900000, mine, sum(d) FROM unnest(changes)
    WHERE status = 'completed' AND detected_at IS NOT NULL AND shelf < 2 GROUP BY 1 HAVING sum(d) <> 0
    ON CONFLICT (quarter, slot) DO UPDATE SET n = kept.n + excluded.n;

    INSERT INTO reel_seconds_slot AS kept (quarter, slot, seconds)
    SELECT detected_at / 900000, mine, sum(d * duration_s) FROM unnest(changes)
    WHERE status = 'completed' AND detected_at IS NOT NULL AND duration_s IS NOT NULL
    GROUP BY 1 HAVING sum(d * duration_s) <> 0
    ON CONFLICT (quarter, slot) DO UPDATE SET seconds = kept.seconds + excluded.seconds;

    INSERT INTO campaign_count_slot AS kept (campaign_id, state, slot, n)
    SELECT campaign_id, CASE WHEN status = 'pending' AND send_state = 'doubt' THEN 'doubt' ELSE status END, mine, sum(d)
    FROM unnest(changes) WHERE campaign_id IS NOT NULL GROUP BY 1, 2 HAVING sum(d) <> 0
    ON CONFLICT (campaign_id, state, slot) DO UPDATE SET n = kept.n + excluded.n;
END;
$$;

-- Work that is new wakes the workers; a wake-up may be lost, for they look by themselves, too.
CREATE FUNCTION reels_came() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_reels(array_agg(
        (status, shelf, send_state, campaign_id, detected_at, duration_s, 1)::reel_change
    )) FROM came HAVING count(*) > 0;
    IF EXISTS (SELECT 1 FROM came WHERE status = 'pending') THEN
        PERFORM pg_notify('reels', '');
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION reels_went() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_reels(array_agg(
        (status, shelf, send_state, campaign_id, detected_at, duration_s, -1)::reel_change
    )) FROM went HAVING count(*) > 0;
    RETURN NULL;
END;
$$;

CREATE FUNCTION reels_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    changes reel_change[];
BEGIN
    SELECT array_agg(side.change) INTO changes
    FROM went JOIN came ON came.id = went.id, LATERAL (VALUES
        ((went.status, went.shelf, went.send_state, went.campaign_id, went.detected_at, went.duration_s, -1)::reel_change),
        ((came.status, came.shelf, came.send_state, came.campaign_id, came.detected_at, came.duration_s, 1)::reel_change)
    ) AS side (change)
    WHERE (went.status, went.shelf, went.send_state, went.campaign_id, went.detected_at, went.duration_s)
        IS DISTINCT FROM
        (came.status, came.shelf, came.send_state, came.campaign_id, came.detected_at, came.duration_s);
    IF changes IS NOT NULL THEN
        PERFORM count_reels(changes);
        IF EXISTS (
            SELECT 1 FROM went JOIN came ON came.id = went.id
            WHERE came.status = 'pending' AND came.send_state = 'queued' AND came.send_after IS NOT NULL
                AND (went.status, went.send_state) <> (came.status, came.send_state)
        ) THEN
            PERFORM pg_notify('reels', '');
        END IF;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER reel_came AFTER INSERT ON reel REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION reels_came();
CREATE TRIGGER reel_changed AFTER UPDATE ON reel REFERENCING OLD TABLE AS went NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION reels_changed();
CREATE TRIGGER reel_went AFTER DELETE ON reel REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION reels_went();

-- Requests for retries, among the states of their campaign.
CREATE FUNCTION retry_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    mine INTEGER := my_slot();
    campaign BIGINT := CASE WHEN TG_OP = 'INSERT' THEN new.campaign_id ELSE old.campaign_id END;
BEGIN
    INSERT INTO campaign_count_slot AS kept (campaign_id, state, slot, n)
    SELECT campaign, 'retry', mine, CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END WHERE campaign IS NOT NULL
    ON CONFLICT (campaign_id, state, slot) DO UPDATE SET n = kept.n + excluded.n;
    RETURN NULL;
END;
$$;

CREATE TRIGGER campaign_retry AFTER INSERT OR DELETE ON retry_request FOR EACH ROW EXECUTE FUNCTION retry_changed();

-- Deliveries: by verdict, and by the quarter of an hour in which they came once they have been worked on.
CREATE TYPE delivery_change AS (verdict TEXT, received_at BIGINT, d INTEGER);

CREATE FUNCTION count_deliveries(changes delivery_change[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    mine INTEGER := my_slot();
BEGIN
    INSERT INTO delivery_count_slot AS kept (verdict, slot, n)
    SELECT verdict, mine, sum(d) FROM unnest(changes) GROUP BY verdict HAVING sum(d) <> 0
    ON CONFLICT (verdict, slot) DO UPDATE SET n = kept.n + excluded.n;

    INSERT INTO delivery_quarter_slot AS kept (quarter, verdict, slot, n)
    SELECT received_at / 900000, verdict, mine, sum(d) FROM unnest(changes) WHERE verdict <> 'waiting'
    GROUP BY 1, 2 HAVING sum(d) <> 0
    ON CONFLICT (quarter, verdict, slot) DO UPDATE SET n = kept.n + excluded.n;
END;
$$;
