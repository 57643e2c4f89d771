-- Channels in full: what leaves over a channel in a day, who wants no SMS, and which incident a thread is of.

-- +goose Up

-- An attempt has its page's channel, so that a day's attempts over one are counted without their pages. A
-- trigger fills it in, so that the former release does too. Null: it is of days that nobody counts any more, and
-- writing it there would hold up the outbox.
ALTER TABLE attempts ADD COLUMN channel text;
UPDATE attempts t SET channel = p.channel FROM pages p WHERE p.id = t.page_id AND t.at > tocsin_now() - interval '2 days';
-- +goose StatementBegin
CREATE FUNCTION attempts_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT channel INTO NEW.channel FROM pages WHERE id = NEW.page_id;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER attempts_channel BEFORE INSERT ON attempts FOR EACH ROW WHEN (NEW.channel IS NULL) EXECUTE FUNCTION attempts_channel();
CREATE INDEX attempts_channel ON attempts (channel, at) WHERE channel IS NOT NULL;

-- Who has sent STOP, or START after it.
CREATE TABLE opt_outs (
    phone text        PRIMARY KEY, -- E.164
    at    timestamptz NOT NULL,    -- when that was heard last
    out   boolean     NOT NULL     -- false: it was START
);

-- Which incident a message in a channel is of.
CREATE INDEX announcements_thread ON announcements ((ref->>'channel'), (ref->>'ts')) WHERE ref IS NOT NULL;

-- +goose Down
DROP INDEX announcements_thread;
DROP TABLE opt_outs;
DROP TRIGGER attempts_channel ON attempts;
DROP FUNCTION attempts_channel();
ALTER TABLE attempts DROP COLUMN channel;
