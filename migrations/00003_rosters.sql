-- People by turns: overrides, absences, swaps, hand-offs and the messages that tell of them; incidents
-- merged into others; what a replay reads.

-- +goose Up

ALTER TABLE incidents ADD COLUMN heard_at timestamptz;  -- the last word or act of a person
ALTER TABLE incidents ADD COLUMN merged_into bigint;    -- counts only while resolved
CREATE INDEX incidents_merged ON incidents (id) INCLUDE (merged_into) WHERE merged_into IS NOT NULL;

-- For the auditor: unresolved P0 that reached nobody of a role.
CREATE INDEX incidents_unroutable ON incidents (id) WHERE severity = 0 AND state <> 'resolved'
    AND jsonb_path_exists(plan, '$.steps[*] ? (@.state == "fired" && @.nobody == true)');

-- A message is a page of no incident: incident_id and round are 0, step is its number.
ALTER TABLE pages ADD COLUMN message jsonb; -- escalation.Message
ALTER TABLE pages DROP CONSTRAINT pages_kind_check;
ALTER TABLE pages ADD CHECK (kind IN ('page', 'assign', 'message'));
ALTER TABLE pages ADD CONSTRAINT pages_message_check CHECK ((kind = 'message') = (message IS NOT NULL));
ALTER TABLE pages ADD CONSTRAINT pages_incident_check CHECK ((kind = 'message') = (incident_id = 0));
CREATE SEQUENCE message_numbers AS int CYCLE;
ALTER TABLE outgoing DROP CONSTRAINT outgoing_kind_check;
ALTER TABLE outgoing ADD CHECK (kind IN ('page', 'post', 'edit', 'reply', 'message'));

-- Grows with each change of who is on call; whoever changes it locks this row first.
CREATE TABLE roster (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL
);
INSERT INTO roster (version) VALUES (0);

-- Rows whose end is past are history: none is deleted that was ever in force.
CREATE TABLE overrides (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rotation text        NOT NULL,
    person   text        NOT NULL,
    from_at  timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    note     text        NOT NULL,
    made_by  text        NOT NULL,
    swap_id  bigint      NOT NULL DEFAULT 0, -- the swap that it is part of; 0: none
    CHECK (from_at < until_at)
);
CREATE INDEX overrides_swap ON overrides (swap_id) WHERE swap_id <> 0;
CREATE INDEX overrides_until ON overrides (until_at);

CREATE TABLE absences (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person   text        NOT NULL,
    from_at  timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    deputy   text        NOT NULL, -- a person, or empty
    note     text        NOT NULL,
    made_by  text        NOT NULL,
    CHECK (from_at < until_at)
);
CREATE INDEX absences_until ON absences (until_at);

-- Somebody asks somebody else to take a stretch of a rotation, perhaps for another in return.
CREATE TABLE swaps (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rotation     text        NOT NULL,
    asker        text        NOT NULL,
    asked        text        NOT NULL,
    from_at      timestamptz NOT NULL,
    until_at     timestamptz NOT NULL,
    return_from  timestamptz, -- null: nothing in return
    return_until timestamptz,
    note         text        NOT NULL,
    state        text        NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'withdrawn', 'undone')),
    at           timestamptz NOT NULL,
    made_by      text        NOT NULL, -- who asked, in the asker's name
    answered_at  timestamptz, -- or undone
    answered_by  text        NOT NULL DEFAULT '',
    CHECK (from_at < until_at),
    CHECK ((return_from IS NULL) = (return_until IS NULL) AND coalesce(return_from < return_until, true)),
    CHECK ((state = 'asked') = (answered_at IS NULL))
);
CREATE INDEX swaps_asked ON swaps (id) WHERE state = 'asked';
CREATE INDEX swaps_answered ON swaps (answered_at) WHERE state <> 'asked';

-- Who answered for each rotation when its people were last told of a hand-off.
CREATE TABLE handoffs (
    rotation text        PRIMARY KEY,
    person   text        NOT NULL, -- empty: nobody
    holder   text        NOT NULL, -- who is away, and person stands in for; empty: the holder answers
    at       timestamptz NOT NULL
);

-- The secret addresses of iCal feeds: a new version makes the old address useless.
CREATE TABLE feeds (
    kind    text   NOT NULL, -- 'rotation' or 'person'
    name    text   NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (kind, name)
);

-- The last good body of each iCal address that rotations are imported from.
CREATE TABLE imports (
    source text        PRIMARY KEY, -- names the address without its secrets
    body   bytea       NOT NULL,
    at     timestamptz NOT NULL
);

-- What came in and meant something, for replays. Rows are only ever added, in the order of their time
-- or nearly so.
CREATE TABLE arrivals (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL,
    incident_id bigint NOT NULL, -- 0: it belongs to none
    event       json   NOT NULL, -- alerting.Event
    judged      json             -- escalation.Judged; null: the configuration says what the event means
);
CREATE INDEX arrivals_at ON arrivals USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX audit_at ON audit USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX pages_created ON pages USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);

-- +goose Down
DROP TABLE arrivals, imports, feeds, handoffs, swaps, absences, overrides, roster;
DROP INDEX audit_at, pages_created, incidents_merged, incidents_unroutable;
DELETE FROM outgoing WHERE kind = 'message';
ALTER TABLE outgoing DROP CONSTRAINT outgoing_kind_check;
ALTER TABLE outgoing ADD CHECK (kind IN ('page', 'post', 'edit', 'reply'));
DELETE FROM pages WHERE kind = 'message';
ALTER TABLE pages DROP COLUMN message, DROP CONSTRAINT pages_kind_check, DROP CONSTRAINT pages_incident_check;
ALTER TABLE pages ADD CHECK (kind IN ('page', 'assign'));
DROP SEQUENCE message_numbers;
ALTER TABLE incidents DROP COLUMN heard_at, DROP COLUMN merged_into;
