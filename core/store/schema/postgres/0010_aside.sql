-- How many deliveries are set aside: the list's index alone would be walked in a time that grows with their number.
CREATE TABLE delivery_aside_slot (slot INTEGER PRIMARY KEY, n BIGINT NOT NULL) WITH (fillfactor = 50);

CREATE VIEW delivery_aside_count AS SELECT 1 AS id, coalesce(sum(n), 0)::BIGINT AS n FROM delivery_aside_slot;

INSERT INTO delivery_aside_slot (slot, n) SELECT 0, count(*) FROM delivery WHERE set_aside = 1;

CREATE FUNCTION count_aside() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    more BIGINT := 0;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        more := more + (SELECT coalesce(sum(set_aside), 0) FROM came);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        more := more - (SELECT coalesce(sum(set_aside), 0) FROM went);
    END IF;
    IF more <> 0 THEN
        INSERT INTO delivery_aside_slot AS kept (slot, n) VALUES (my_slot(), more)
        ON CONFLICT (slot) DO UPDATE SET n = kept.n + excluded.n;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER delivery_aside_insert AFTER INSERT ON delivery REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION count_aside();
CREATE TRIGGER delivery_aside_update AFTER UPDATE ON delivery REFERENCING OLD TABLE AS went NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION count_aside();
CREATE TRIGGER delivery_aside_delete AFTER DELETE ON delivery REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_aside();
