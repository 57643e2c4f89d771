-- Delivery that spares people and misses nothing: when a page is to go another way, digests, several pages
-- in one message, what left for whom and when, and places that no longer are.

-- +goose Up

ALTER TABLE pages DROP CONSTRAINT pages_kind_check;
ALTER TABLE pages ADD CHECK (kind IN ('page', 'assign', 'message', 'remind', 'clear'));

-- What its channel has not accepted by then goes another way; null: nobody looks, or somebody has.
ALTER TABLE pages ADD COLUMN accept_by timestamptz;
ALTER TABLE pages ADD COLUMN instead   text    NOT NULL DEFAULT ''; -- why it goes this way rather than another
ALTER TABLE pages ADD COLUMN digest    boolean NOT NULL DEFAULT false; -- leaves with the others that wait for the same time
-- The page whose attempt carried this one last; null: its own. They are sent again together.
ALTER TABLE pages ADD COLUMN bundle bigint;

-- Pages that no channel has accepted, by when they are to go another way. A call is accepted when somebody
-- has answered it. What failed for good is due at once.
CREATE FUNCTION page_unaccepted(state text, channel text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT state IN ('queued', 'sending', 'unknown', 'failed') OR state = 'sent' AND channel = 'voice' $$;
CREATE INDEX pages_unaccepted ON pages ((CASE state WHEN 'failed' THEN '-infinity' ELSE accept_by END), incident_id)
    WHERE accept_by IS NOT NULL AND page_unaccepted(state, channel);

-- All that waits for one person on one channel.
CREATE INDEX pages_waiting ON pages (person, channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- Each page of a bundle has an attempt of its own; bundle is that of the page which led the message, whose id
-- the provider knows.
ALTER TABLE attempts ADD COLUMN bundle uuid;
CREATE INDEX attempts_bundle ON attempts (bundle) WHERE bundle IS NOT NULL;

-- When messages left for a person over a channel that interrupts, as far back as the storm budget looks; P0
-- by itself. Whoever claims pages of theirs locks the row.
CREATE TABLE interrupts (
    person  text          NOT NULL,
    channel text          NOT NULL,
    urgent  boolean       NOT NULL,
    at      timestamptz[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (person, channel, urgent)
) WITH (fillfactor = 50);

-- The place that it belongs to is not in the configuration any more.
ALTER TABLE announcements ADD COLUMN ended boolean NOT NULL DEFAULT false;

-- Its incident's severity: the worst are told first, P0 by itself. What the former release asks for stands
-- before all but P0 until its incident changes again.
ALTER TABLE announcements ADD COLUMN severity smallint NOT NULL DEFAULT 1;
UPDATE announcements a SET severity = i.severity FROM incidents i WHERE i.id = a.incident_id AND a.next_attempt_at IS NOT NULL;
DROP INDEX announcements_due;
CREATE INDEX announcements_due ON announcements (channel, severity, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL AND claimed_by IS NULL;

-- The places that its configuration names. Null: it is of the former release.
ALTER TABLE replicas ADD COLUMN places text[];

-- +goose Down
ALTER TABLE replicas DROP COLUMN places;
DROP INDEX announcements_due;
CREATE INDEX announcements_due ON announcements (channel, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL AND claimed_by IS NULL;
ALTER TABLE announcements DROP COLUMN ended, DROP COLUMN severity;
DROP TABLE interrupts;
DROP INDEX attempts_bundle, pages_waiting, pages_unaccepted;
ALTER TABLE attempts DROP COLUMN bundle;
DROP FUNCTION page_unaccepted(text, text);
ALTER TABLE pages DROP COLUMN accept_by, DROP COLUMN instead, DROP COLUMN digest, DROP COLUMN bundle;
DELETE FROM pages WHERE kind IN ('remind', 'clear');
ALTER TABLE pages DROP CONSTRAINT pages_kind_check;
ALTER TABLE pages ADD CHECK (kind IN ('page', 'assign', 'message'));
