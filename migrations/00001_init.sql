-- Tocsin's tables. Who may change a row, and in which order rows are locked, is drawn in storage/README.md.

-- +goose Up

-- The clock by which everything falls due. Tests replace it in their own database.
CREATE FUNCTION tocsin_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT statement_timestamp()';

CREATE SEQUENCE incident_numbers;

CREATE TABLE incidents (
    id              bigint      PRIMARY KEY DEFAULT nextval('incident_numbers'),
    dedup_key       text        NOT NULL,
    latest          boolean     NOT NULL DEFAULT true, -- the newest incident of its dedup key
    title           text        NOT NULL,
    severity        smallint    NOT NULL CHECK (severity BETWEEN 0 AND 3),
    state           text        NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    labels          jsonb       NOT NULL,
    alert_count     int         NOT NULL CHECK (alert_count >= 0),
    firing_count    int         NOT NULL CHECK (firing_count BETWEEN 0 AND alert_count),
    assignee        text        NOT NULL DEFAULT '',
    round           int         NOT NULL CHECK (round >= 1),
    rev             bigint      NOT NULL DEFAULT 1, -- grows with each change that people should see
    opened_at       timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text        NOT NULL DEFAULT '',
    resolved_at     timestamptz,
    resolved_by     text        NOT NULL DEFAULT '',
    reason          jsonb       NOT NULL, -- why this severity
    plan            jsonb       NOT NULL, -- escalation.Plan
    next_at         timestamptz,          -- when the machine next owes it something
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK (state <> 'open' OR acknowledged_at IS NULL),
    CHECK (state <> 'acknowledged' OR acknowledged_at IS NOT NULL),
    CHECK (state <> 'resolved' OR next_at IS NULL)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX incidents_latest ON incidents (dedup_key) WHERE latest;
CREATE INDEX incidents_due ON incidents (severity, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX incidents_unresolved ON incidents (id) WHERE state <> 'resolved';

-- One row is the newest episode of a fingerprint within an incident. Columns that every repeat changes
-- (last_seen, count) are in no index.
CREATE TABLE alerts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source        text        NOT NULL,
    fingerprint   text        NOT NULL,
    latest        boolean     NOT NULL DEFAULT true, -- the newest episode of its fingerprint
    incident_id   bigint,                            -- null: never opened one
    status        text        NOT NULL CHECK (status IN ('firing', 'resolved', 'suppressed')),
    severity      smallint    NOT NULL CHECK (severity BETWEEN 0 AND 3),
    labels        jsonb       NOT NULL,
    annotations   jsonb       NOT NULL,
    starts_at     timestamptz,          -- the sender's clock
    ends_at       timestamptz,          -- the sender's clock
    first_seen    timestamptz NOT NULL,
    last_seen     timestamptz NOT NULL,
    resolved_at   timestamptz,          -- when we learned of the end
    count         bigint      NOT NULL DEFAULT 1,
    generator_url text        NOT NULL DEFAULT '',
    reason        jsonb       NOT NULL,
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK (status <> 'firing' OR incident_id IS NOT NULL)
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX alerts_latest ON alerts (fingerprint, source) WHERE latest;
CREATE INDEX alerts_incident ON alerts (incident_id);

CREATE TABLE timeline (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint      NOT NULL,
    at          timestamptz NOT NULL,
    kind        text        NOT NULL,
    actor       text        NOT NULL,
    via         text        NOT NULL,
    text        text        NOT NULL,
    reason      jsonb       NOT NULL
);
CREATE INDEX timeline_incident ON timeline (incident_id, id);

-- The outbox: one row is one message to one person over one channel. next_attempt_at is when it is next
-- owed a try; claimed_by is the replica that holds it, claim the attempt under way.
CREATE TABLE pages (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id     bigint      NOT NULL,
    round           int         NOT NULL,
    step            int         NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('page', 'assign')),
    role            text        NOT NULL,
    person          text        NOT NULL,
    channel         text        NOT NULL,
    severity        smallint    NOT NULL CHECK (severity BETWEEN 0 AND 3),
    state           text        NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped')),
    until           text        NOT NULL, -- the step's: what makes the page unnecessary
    says            text        NOT NULL DEFAULT '',
    reason          jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz,
    tries           int         NOT NULL DEFAULT 0,
    claimed_by      uuid,
    claim           uuid,
    UNIQUE (incident_id, round, step, person, channel),
    CHECK ((state IN ('queued', 'unknown')) = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (claimed_by IS NOT NULL AND claim IS NOT NULL))
) WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX pages_due ON pages (channel, severity, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX pages_claimed ON pages (claimed_by) WHERE claimed_by IS NOT NULL;

CREATE TABLE attempts (
    id              uuid        PRIMARY KEY, -- rides in the provider's callback URL
    page_id         bigint      NOT NULL,
    at              timestamptz NOT NULL,
    finished_at     timestamptz,
    outcome         text        NOT NULL DEFAULT 'sending'
                    CHECK (outcome IN ('sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped')),
    provider_id     text        NOT NULL DEFAULT '',
    error           text        NOT NULL DEFAULT '',
    possible_repeat boolean     NOT NULL DEFAULT false
);
CREATE INDEX attempts_page ON attempts (page_id, at);

-- Messages that are kept up to date with their incident: the one in the chat channel (page_id 0), and
-- pages that their channel can edit. threaded is the last timeline entry written below it.
CREATE TABLE announcements (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id     bigint NOT NULL,
    channel         text   NOT NULL,
    page_id         bigint NOT NULL DEFAULT 0,
    ref             jsonb,                        -- null: not posted yet
    wanted_rev      bigint NOT NULL,              -- the incident's rev that it should show
    sent_rev        bigint NOT NULL DEFAULT 0,    -- the one that it shows
    threaded        bigint NOT NULL DEFAULT 0,
    tries           int    NOT NULL DEFAULT 0,
    error           text   NOT NULL DEFAULT '',
    next_attempt_at timestamptz,
    claimed_by      uuid,
    claim           uuid,
    UNIQUE (incident_id, channel, page_id),
    CHECK ((claimed_by IS NULL) = (claim IS NULL))
) WITH (fillfactor = 75);
CREATE INDEX announcements_due ON announcements (channel, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL AND claimed_by IS NULL;
CREATE INDEX announcements_claimed ON announcements (claimed_by) WHERE claimed_by IS NOT NULL;

-- What sandboxed channels would have sent.
CREATE TABLE outgoing (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT tocsin_now(),
    channel     text   NOT NULL,
    kind        text   NOT NULL CHECK (kind IN ('page', 'post', 'edit', 'reply')),
    incident_id bigint NOT NULL,
    page_id     bigint NOT NULL DEFAULT 0,
    person      text   NOT NULL DEFAULT '',
    recipient   text   NOT NULL,
    subject     text   NOT NULL DEFAULT '',
    text        text   NOT NULL,
    html        text   NOT NULL DEFAULT '',
    payload     jsonb
);

-- The processes that share this database. A claim is free when its replica's heartbeat is two seconds old.
CREATE TABLE replicas (
    id           uuid PRIMARY KEY,
    started_at   timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    config       text NOT NULL, -- hash of the configuration it runs
    version      text NOT NULL
);

-- Browser sessions (alexedwards/scs, pgxstore).
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- +goose Down
DROP TABLE sessions, replicas, outgoing, announcements, attempts, pages, timeline, alerts, incidents;
DROP SEQUENCE incident_numbers;
DROP FUNCTION tocsin_now();
