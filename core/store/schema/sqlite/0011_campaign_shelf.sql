-- What of a campaign is put away or deleted. `archived` are reels among those of the other states; `archived_wrong` are
-- those of them that failed or timed out, which a retry of everything leaves alone. `deleted` have left the campaign.
INSERT INTO campaign_count (campaign_id, state, n)
SELECT campaign_id, 'archived', count(*) FROM reel
WHERE campaign_id IS NOT NULL AND archived_at IS NOT NULL GROUP BY campaign_id;

INSERT INTO campaign_count (campaign_id, state, n)
SELECT campaign_id, 'archived_wrong', count(*) FROM reel
WHERE campaign_id IS NOT NULL AND archived_at IS NOT NULL AND status IN ('failed', 'timed_out') GROUP BY campaign_id;

-- Of reels that were deleted before, the first key still names the draft that became the campaign.
INSERT INTO campaign_count (campaign_id, state, n)
SELECT campaign.id, 'deleted', count(*) FROM reel
JOIN campaign ON campaign.draft_key = substr(reel.idempotency_key, 1, 41)
WHERE reel.shelf = 2 GROUP BY campaign.id;

CREATE TRIGGER campaign_archived_insert AFTER INSERT ON reel
WHEN new.campaign_id IS NOT NULL AND new.archived_at IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n) VALUES (new.campaign_id, 'archived', 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
    INSERT INTO campaign_count (campaign_id, state, n)
    SELECT new.campaign_id, 'archived_wrong', 1 WHERE new.status IN ('failed', 'timed_out')
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER campaign_archived_leave AFTER UPDATE OF status, archived_at, campaign_id ON reel
WHEN old.campaign_id IS NOT NULL AND old.archived_at IS NOT NULL BEGIN
    UPDATE campaign_count SET n = n - 1 WHERE campaign_id = old.campaign_id
    AND (state = 'archived' OR (state = 'archived_wrong' AND old.status IN ('failed', 'timed_out')));
END;

CREATE TRIGGER campaign_archived_enter AFTER UPDATE OF status, archived_at, campaign_id ON reel
WHEN new.campaign_id IS NOT NULL AND new.archived_at IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n) VALUES (new.campaign_id, 'archived', 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
    INSERT INTO campaign_count (campaign_id, state, n)
    SELECT new.campaign_id, 'archived_wrong', 1 WHERE new.status IN ('failed', 'timed_out')
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER campaign_archived_delete AFTER DELETE ON reel
WHEN old.campaign_id IS NOT NULL AND old.archived_at IS NOT NULL BEGIN
    UPDATE campaign_count SET n = n - 1 WHERE campaign_id = old.campaign_id
    AND (state = 'archived' OR (state = 'archived_wrong' AND old.status IN ('failed', 'timed_out')));
END;

CREATE TRIGGER campaign_deleted AFTER UPDATE OF deleted_at ON reel
WHEN old.campaign_id IS NOT NULL AND old.deleted_at IS NULL AND new.deleted_at IS NOT NULL BEGIN
    INSERT INTO campaign_count (campaign_id, state, n) VALUES (old.campaign_id, 'deleted', 1)
    ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + 1;
END;
