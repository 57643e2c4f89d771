-- Slack's pace over all replicas, and messages of which it is not known whether they stand.

-- +goose Up

-- When a Slack channel takes the next message. A row is one channel, or one user whose direct messages are not
-- known by their channel yet.
CREATE TABLE slack_turns (
    channel    text        PRIMARY KEY,
    free_at    timestamptz NOT NULL,                       -- turns before are taken
    held_until timestamptz NOT NULL DEFAULT '-infinity'    -- Slack asked for this pause
) WITH (fillfactor = 75);

-- Since when something may have been written of which it is not known what came of it. A claim sets it, and its
-- end takes it back unless an answer was lost.
ALTER TABLE announcements ADD COLUMN tried_at timestamptz;

-- +goose Down
ALTER TABLE announcements DROP COLUMN tried_at;
DROP TABLE slack_turns;
