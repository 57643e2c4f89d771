-- The delivery ledger: what was meant, tried, accepted, received and answered. Triggers write it, so that no
-- statement can forget to; a loop seals it into a chain of hashes for each incident. storage/README.md tells
-- more, docs/ledger.md what it proves.

-- +goose Up

-- How far the provider's own reports of an attempt have come, and what was told of its call so far, in the order
-- in which it was told. Null: nothing was told.
ALTER TABLE attempts
    ADD COLUMN reported text CHECK (reported IN ('sent', 'delivered', 'failed')),
    ADD COLUMN events text[];

CREATE TABLE ledger (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint      NOT NULL, -- 0: a message, which belongs to none
    seq         int,                  -- its place in the incident's chain, from 1; null: not sealed yet
    at          timestamptz NOT NULL,
    kind        text        NOT NULL
                CHECK (kind IN ('intended', 'attempt', 'accepted', 'unknown', 'failed', 'receipt', 'skipped', 'answer')),
    page_id     bigint      NOT NULL, -- 0: an answer
    attempt_id  uuid,
    person      text        NOT NULL, -- of an answer: who gave it
    channel     text        NOT NULL, -- of an answer: how it came
    data        text        NOT NULL, -- JSON; as text, because its bytes are hashed
    prev        bytea,                -- hash of the entry before
    hash        bytea,                -- of prev and all the rest: ledger.Hash
    CHECK ((seq IS NULL) = (hash IS NULL) AND (seq IS NULL) = (prev IS NULL))
);
CREATE UNIQUE INDEX ledger_chain ON ledger (incident_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX ledger_unsealed ON ledger (id) WHERE seq IS NULL;

-- The last entry of each chain. anchor is the anchor that holds it; null: it is newer than the newest.
CREATE TABLE ledger_heads (
    incident_id bigint PRIMARY KEY,
    seq         int    NOT NULL,
    hash        bytea  NOT NULL,
    anchor      bigint
) WITH (fillfactor = 75);
CREATE INDEX ledger_heads_loose ON ledger_heads (incident_id) WHERE anchor IS NULL;

-- Each minute the heads that have changed are hashed together, and with the anchor before.
CREATE TABLE anchors (
    id        bigint      PRIMARY KEY, -- 1, 2, 3, ...
    at        timestamptz NOT NULL,
    incidents bigint[]    NOT NULL, -- whose heads it holds, in order
    seqs      int[]       NOT NULL, -- and where their chains ended
    digest    bytea       NOT NULL, -- of these heads: ledger.Digest
    prev      bytea       NOT NULL,
    hash      bytea       NOT NULL,
    CHECK (cardinality(incidents) = cardinality(seqs))
);

-- +goose StatementBegin
CREATE FUNCTION ledger_page_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT incident_id, created_at, 'intended', id, person, channel, jsonb_strip_nulls(jsonb_build_object(
        'round', round, 'step', step, 'kind', kind, 'role', role, 'severity', severity,
        'why', reason->>'text', 'rule', reason->>'rule',
        'not_before', CASE WHEN next_attempt_at > created_at THEN next_attempt_at END))::text
    FROM made ORDER BY id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_page_made AFTER INSERT ON pages REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_page_made();

-- A page that was not needed any more when its attempt was to leave is told by its attempt.
-- +goose StatementBegin
CREATE FUNCTION ledger_page_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT n.incident_id, tocsin_now(), 'skipped', n.id, n.person, n.channel, '{}'
    FROM after n JOIN before o ON o.id = n.id
    WHERE n.state = 'skipped' AND o.state <> 'skipped'
        AND NOT EXISTS (SELECT FROM attempts t WHERE t.id = o.claim AND t.outcome = 'skipped' AND t.page_id = n.id)
    ORDER BY n.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_page_changed AFTER UPDATE ON pages REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_page_changed();

-- +goose StatementBegin
CREATE FUNCTION ledger_attempt_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, t.at, 'attempt', p.id, t.id, p.person, p.channel,
        jsonb_strip_nulls(jsonb_build_object('try', p.tries, 'possible_repeat', t.possible_repeat, 'bundle', t.bundle))::text
    FROM made t JOIN pages p ON p.id = t.page_id
    ORDER BY p.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_attempt_made AFTER INSERT ON attempts REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_attempt_made();

-- The word of whoever sent it moves finished_at; what else changes an attempt is its provider's report, also
-- where it only bears out what was known: 'report' is how far the reports have come by it, 'event' what was told
-- of the call. 'reported' says that the provider's report came before the answer to the call. What is told of a
-- call is not told of a page that had dropped out of it.
-- +goose StatementBegin
CREATE FUNCTION ledger_attempt_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, tocsin_now(), CASE
            WHEN n.finished_at IS NOT DISTINCT FROM o.finished_at THEN 'receipt'
            WHEN n.outcome IN ('sent', 'delivered') THEN 'accepted'
            WHEN n.outcome IN ('unknown', 'skipped') THEN n.outcome
            ELSE 'failed' END,
        p.id, n.id, p.person, p.channel, jsonb_strip_nulls(jsonb_build_object(
            'outcome', n.outcome, 'provider_id', nullif(n.provider_id, ''), 'error', nullif(n.error, ''), 'page', p.state,
            'report', CASE WHEN n.reported IS DISTINCT FROM o.reported THEN n.reported END,
            'event', CASE WHEN n.events IS DISTINCT FROM o.events THEN n.events[cardinality(n.events)] END,
            'reported', CASE WHEN n.finished_at IS DISTINCT FROM o.finished_at AND o.outcome IN ('sent', 'delivered', 'failed') THEN true END))::text
    FROM after n JOIN before o ON o.id = n.id JOIN pages p ON p.id = n.page_id
    WHERE (n.outcome, n.provider_id, n.error, n.finished_at, n.reported) IS DISTINCT FROM (o.outcome, o.provider_id, o.error, o.finished_at, o.reported)
        OR n.events IS DISTINCT FROM o.events AND n.outcome <> 'skipped'
    ORDER BY p.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_attempt_changed AFTER UPDATE ON attempts REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_attempt_changed();

-- A claim that is given back untried takes its attempt with it.
-- +goose StatementBegin
CREATE FUNCTION ledger_attempt_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, tocsin_now(), 'skipped', p.id, t.id, p.person, p.channel,
        jsonb_build_object('outcome', 'untried', 'was', t.outcome)::text
    FROM gone t JOIN pages p ON p.id = t.page_id
    ORDER BY p.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_attempt_gone AFTER DELETE ON attempts REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_attempt_gone();

-- Answers that were refused are left out; those that changed nothing any more are told, for somebody answered.
-- +goose StatementBegin
CREATE FUNCTION ledger_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT incident, at, 'answer', 0, actor, via, jsonb_strip_nulls(jsonb_build_object(
        'audit', id, 'action', action, 'outcome', after->>'outcome', 'state', after->>'state',
        'whom', after->>'person', 'until', after->>'until'))::text
    FROM made
    WHERE incident IS NOT NULL AND (after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%')
    ORDER BY id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_answered AFTER INSERT ON audit REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_answered();

-- What the outbox holds already is noted as it is now.
INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
SELECT incident_id, created_at, 'intended', id, person, channel, jsonb_strip_nulls(jsonb_build_object(
    'round', round, 'step', step, 'kind', kind, 'role', role, 'severity', severity,
    'why', reason->>'text', 'rule', reason->>'rule', 'noted', 'when the ledger began'))::text
FROM pages ORDER BY id;
INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
SELECT p.incident_id, t.at, 'attempt', p.id, t.id, p.person, p.channel,
    jsonb_build_object('possible_repeat', t.possible_repeat, 'noted', 'when the ledger began')::text
FROM attempts t JOIN pages p ON p.id = t.page_id ORDER BY t.at, p.id;
INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
SELECT p.incident_id, coalesce(t.finished_at, t.at),
    CASE WHEN t.outcome IN ('sent', 'delivered') THEN 'accepted' WHEN t.outcome IN ('unknown', 'skipped', 'failed') THEN t.outcome END,
    p.id, t.id, p.person, p.channel, jsonb_strip_nulls(jsonb_build_object(
        'outcome', t.outcome, 'provider_id', nullif(t.provider_id, ''), 'error', nullif(t.error, ''), 'noted', 'when the ledger began'))::text
FROM attempts t JOIN pages p ON p.id = t.page_id WHERE t.outcome <> 'sending' ORDER BY t.at, p.id;
INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
SELECT incident, at, 'answer', 0, actor, via, jsonb_strip_nulls(jsonb_build_object(
    'audit', id, 'action', action, 'outcome', after->>'outcome', 'state', after->>'state',
    'whom', after->>'person', 'until', after->>'until', 'noted', 'when the ledger began'))::text
FROM audit WHERE incident IS NOT NULL AND (after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%') ORDER BY id;

-- Nothing that is sealed is changed, and nothing removed, by mistake. Who means to can still: verify finds it.
-- +goose StatementBegin
CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table % only grows: what is sealed is neither changed nor removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_kept BEFORE UPDATE ON ledger FOR EACH ROW WHEN (OLD.seq IS NOT NULL) EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER ledger_not_removed BEFORE DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept();
CREATE TRIGGER anchors_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON anchors FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept();

-- +goose Down
DROP TRIGGER ledger_page_made ON pages;
DROP TRIGGER ledger_page_changed ON pages;
DROP TRIGGER ledger_attempt_made ON attempts;
DROP TRIGGER ledger_attempt_changed ON attempts;
DROP TRIGGER ledger_attempt_gone ON attempts;
DROP TRIGGER ledger_answered ON audit;
DROP TABLE anchors, ledger_heads, ledger;
DROP FUNCTION ledger_page_made(), ledger_page_changed(), ledger_attempt_made(), ledger_attempt_changed(), ledger_attempt_gone(),
    ledger_answered(), ledger_kept();
ALTER TABLE attempts DROP COLUMN reported, DROP COLUMN events;
