-- What of a campaign is put away or deleted. `archived` are reels among those of the other states; `archived_wrong` are
-- those of them that failed or timed out, which a retry of everything leaves alone. `deleted` have left the campaign.
CREATE TYPE shelf_change AS (campaign_id BIGINT, state TEXT, d INTEGER);

CREATE FUNCTION count_shelves(changes shelf_change[]) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaign_count_slot AS kept (campaign_id, state, slot, n)
    SELECT campaign_id, state, my_slot(), sum(d) FROM unnest(changes) GROUP BY campaign_id, state HAVING sum(d) <> 0
    ON CONFLICT (campaign_id, state, slot) DO UPDATE SET n = kept.n + excluded.n;
END;
$$;

-- What a reel adds to its campaign's counters while it is put away (d = 1), or takes away from them (d = -1).
CREATE FUNCTION shelved(row_of reel, d INTEGER) RETURNS SETOF shelf_change LANGUAGE sql IMMUTABLE AS $$
    SELECT row_of.campaign_id, state, d FROM unnest(ARRAY['archived', 'archived_wrong']) AS state
    WHERE row_of.campaign_id IS NOT NULL AND row_of.archived_at IS NOT NULL
        AND (state = 'archived' OR row_of.status IN ('failed', 'timed_out'))
$$;

CREATE FUNCTION shelf_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    changes shelf_change[] := '{}';
BEGIN
    IF TG_OP <> 'DELETE' THEN
        changes := changes || ARRAY(SELECT shelved(came, 1) FROM came WHERE archived_at IS NOT NULL);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        changes := changes || ARRAY(SELECT shelved(went, -1) FROM went WHERE archived_at IS NOT NULL);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        changes := changes || ARRAY(
            SELECT (went.campaign_id, 'deleted', 1)::shelf_change FROM went JOIN came ON came.id = went.id
            WHERE went.campaign_id IS NOT NULL AND went.deleted_at IS NULL AND came.deleted_at IS NOT NULL
        );
    END IF;
    IF changes <> '{}' THEN
        PERFORM count_shelves(changes);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER campaign_shelf_insert AFTER INSERT ON reel REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION shelf_changed();
CREATE TRIGGER campaign_shelf_update AFTER UPDATE ON reel REFERENCING OLD TABLE AS went NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION shelf_changed();
CREATE TRIGGER campaign_shelf_delete AFTER DELETE ON reel REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION shelf_changed();

-- A counter that no row holds any more, such as of the deleted, is brought here by a copy of the database.
ALTER TABLE campaign_count_slot ALTER COLUMN slot SET DEFAULT 0;
