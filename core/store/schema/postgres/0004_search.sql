-- Words of title and script, with their Spanish and English stems.
CREATE TABLE reel_text (
    id BIGINT PRIMARY KEY REFERENCES reel (id) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
);

CREATE INDEX reel_text_words ON reel_text USING gin (words);

CREATE FUNCTION note_words() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reel_text (id, words) VALUES (new.id, words_and_stems(new.title || ' ' || new.script))
    ON CONFLICT (id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END;
$$;

CREATE TRIGGER reel_text_insert AFTER INSERT ON reel FOR EACH ROW EXECUTE FUNCTION note_words();
CREATE TRIGGER reel_text_update AFTER UPDATE OF title, script ON reel FOR EACH ROW
WHEN (new.title <> old.title OR new.script <> old.script) EXECUTE FUNCTION note_words();

-- Words of the raw bodies. The worker indexes them a little later, so that a webhook is answered no later for it:
-- `delivery_unread` has those that it has not come to, for numbers do not become visible in their order here.
CREATE TABLE delivery_text (
    id BIGINT PRIMARY KEY REFERENCES delivery (id) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
);

CREATE INDEX delivery_text_words ON delivery_text USING gin (words);

CREATE TABLE delivery_unread (
    id BIGINT PRIMARY KEY
);

CREATE FUNCTION deliveries_came() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_deliveries(array_agg((verdict, received_at, 1)::delivery_change)) FROM came HAVING count(*) > 0;
    INSERT INTO delivery_unread (id) SELECT id FROM came;
    PERFORM pg_notify('reels', '');
    RETURN NULL;
END;
$$;

CREATE FUNCTION deliveries_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    changes delivery_change[];
BEGIN
    SELECT array_agg(side.change) INTO changes
    FROM went JOIN came ON came.id = went.id, LATERAL (VALUES
        ((went.verdict, went.received_at, -1)::delivery_change),
        ((came.verdict, came.received_at, 1)::delivery_change)
    ) AS side (change)
    WHERE went.verdict <> came.verdict;
    IF changes IS NOT NULL THEN
        PERFORM count_deliveries(changes);
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION deliveries_went() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_deliveries(array_agg((verdict, received_at, -1)::delivery_change)) FROM went HAVING count(*) > 0;
    DELETE FROM delivery_unread WHERE id IN (SELECT id FROM went);
    RETURN NULL;
END;
$$;

CREATE TRIGGER delivery_came AFTER INSERT ON delivery REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION deliveries_came();
CREATE TRIGGER delivery_changed AFTER UPDATE ON delivery REFERENCING OLD TABLE AS went NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION deliveries_changed();
CREATE TRIGGER delivery_went AFTER DELETE ON delivery REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION deliveries_went();
