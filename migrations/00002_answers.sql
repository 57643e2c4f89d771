-- People answer where they are: replies over channels, snoozes, the audit log, the key of signed links.

-- +goose Up

ALTER TABLE incidents ADD COLUMN snoozed_until timestamptz;
ALTER TABLE incidents ADD CHECK (snoozed_until IS NULL OR state = 'acknowledged');

-- For the auditor: unresolved incidents to which nothing is owed.
CREATE INDEX incidents_unowed ON incidents (id) WHERE state <> 'resolved' AND next_at IS NULL;

-- Which process a replica is, so that its successor on the same machine sees at once that it is dead.
ALTER TABLE replicas ADD COLUMN process text NOT NULL DEFAULT '';

-- What came back over channels. A reply is stored before its sender is told that it arrived, and applied
-- in the transaction that sets done_at: once, however often it is delivered.
CREATE TABLE replies (
    id      text        PRIMARY KEY, -- the channel's name for the delivery
    at      timestamptz NOT NULL,
    reply   jsonb       NOT NULL,            -- escalation.Reply; once done, without Respond
    done_at timestamptz,
    person  text        NOT NULL DEFAULT '',
    answer  text        NOT NULL DEFAULT ''  -- the sentence for the sender
);
CREATE INDEX replies_waiting ON replies (at) WHERE done_at IS NULL;
CREATE INDEX replies_done ON replies (done_at) WHERE done_at IS NOT NULL; -- a day later they are deleted

-- For replies without a number: the incident that they mean may have ended just now.
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE state = 'resolved';

-- Who did what, from where, with what before and after. Rows are only ever added.
CREATE TABLE audit (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    via      text        NOT NULL,
    origin   text        NOT NULL, -- the network address
    action   text        NOT NULL, -- "acknowledge", "sign-in", ...
    incident bigint,
    before   jsonb,
    after    jsonb -- for an answer also its outcome and what it named
);
CREATE INDEX audit_incident ON audit (incident, id) WHERE incident IS NOT NULL;

-- Keys that all replicas share; made by the first that needs one.
CREATE TABLE keys (
    name text  PRIMARY KEY,
    key  bytea NOT NULL,
    at   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE keys, audit, replies;
DROP INDEX incidents_unowed, incidents_resolved;
ALTER TABLE replicas DROP COLUMN process;
ALTER TABLE incidents DROP COLUMN snoozed_until;
