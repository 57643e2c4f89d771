-- One message in a chat channel for the many incidents of a storm that have none of their own there.

-- +goose Up

-- Its incident is among those that the channel's summary counts, and has no message of its own there. It waits
-- for no time until its incident changes or few are left.
ALTER TABLE announcements ADD COLUMN summarized boolean NOT NULL DEFAULT false;
CREATE INDEX announcements_summarized ON announcements (channel) WHERE summarized;

CREATE TABLE summaries (
    channel         text        PRIMARY KEY,
    ref             jsonb,                                    -- null: none stands
    shown           int[]       NOT NULL DEFAULT '{0,0,0,0}', -- what it says, P0 to P3
    next_attempt_at timestamptz NOT NULL                      -- whoever writes it puts this off first
);

-- +goose Down
DROP TABLE summaries;
ALTER TABLE announcements DROP COLUMN summarized;
