-- What is to be downloaded, one row a completed reel: HeyGen's links die within days.
CREATE TABLE archive (
    reel_id INTEGER PRIMARY KEY REFERENCES reel (id),
    work_after INTEGER,
    lease_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    kept_at INTEGER,
    problem TEXT
);

CREATE INDEX archive_waiting ON archive (work_after) WHERE work_after IS NOT NULL;

CREATE TABLE kept_file (
    reel_id INTEGER NOT NULL REFERENCES reel (id),
    kind TEXT NOT NULL CHECK (kind IN ('video', 'captioned', 'thumbnail', 'subtitles')),
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (reel_id, kind)
) WITHOUT ROWID;

INSERT INTO archive (reel_id, work_after) SELECT id, detected_at FROM reel WHERE status = 'completed';
