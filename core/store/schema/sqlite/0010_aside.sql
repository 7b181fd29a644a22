-- How many deliveries are set aside: the list's index alone would be walked in a time that grows with their number.
CREATE TABLE delivery_aside_count (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    n INTEGER NOT NULL
);

INSERT INTO delivery_aside_count (id, n) SELECT 1, count(*) FROM delivery WHERE set_aside = 1;

CREATE TRIGGER delivery_aside_insert AFTER INSERT ON delivery WHEN new.set_aside = 1 BEGIN
    UPDATE delivery_aside_count SET n = n + 1;
END;

CREATE TRIGGER delivery_aside_update AFTER UPDATE OF set_aside ON delivery WHEN old.set_aside <> new.set_aside BEGIN
    UPDATE delivery_aside_count SET n = n + new.set_aside - old.set_aside;
END;

CREATE TRIGGER delivery_aside_delete AFTER DELETE ON delivery WHEN old.set_aside = 1 BEGIN
    UPDATE delivery_aside_count SET n = n - 1;
END;
