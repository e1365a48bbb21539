-- 14
-- The feeds that new papers are fetched from. `name` is also the source of their records.
-- `announced` are the hosts that the user was told about, as a JSON list. `validated_url`, `etag`
-- and `last_modified` are what the server said of the last answer that was read as a whole.
CREATE TABLE feeds (
    feed INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL UNIQUE,
    added_at TEXT NOT NULL,
    announced TEXT NOT NULL DEFAULT '[]',
    validated_url TEXT NOT NULL DEFAULT '',
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    checked_at TEXT,
    succeeded_at TEXT,
    failure TEXT NOT NULL DEFAULT ''
);
-- When a host may be asked again, in seconds since 1970: by its rate limit, and because it asked
-- for a pause (Retry-After).
CREATE TABLE feed_hosts (
    host TEXT PRIMARY KEY,
    free_at REAL NOT NULL DEFAULT 0,
    closed_until REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
