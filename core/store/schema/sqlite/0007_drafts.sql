-- Reels that are being written; `key` becomes the reel's idempotency key. One that was submitted keeps its key alone, for
-- the reel's own key changes when HeyGen refuses it.
CREATE TABLE draft (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    script TEXT NOT NULL,
    choices TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    reel_id INTEGER REFERENCES reel (id)
);

CREATE INDEX draft_owner ON draft (owner, updated_at, key) WHERE reel_id IS NULL;

-- What a person chose last, and what is dear to them.
CREATE TABLE last_choice (
    owner TEXT PRIMARY KEY,
    choices TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE favourite (
    owner TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('avatar', 'voice')),
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, kind, id)
) WITHOUT ROWID;

-- Choices under a name, for everybody; `campaign` is a name or empty.
CREATE TABLE preset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign TEXT NOT NULL,
    name TEXT NOT NULL,
    choices TEXT NOT NULL,
    owner TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (campaign, name)
);
