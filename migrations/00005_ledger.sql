-- The delivery ledger: what was meant, tried, accepted, received and answered. Triggers write it, so that no
-- statement can forget to; a loop seals it into a chain of hashes for each incident. storage/README.md tells
-- more, docs/ledger.md what it proves.

-- +goose Up

-- How far the provider's own reports of an attempt have come, and what was told of its call so far, in the order
-- in which it was told. Null: nothing was told.
ALTER TABLE attempts
    ADD COLUMN reported text CHECK (reported IN ('sent', 'delivered', 'failed')),
    ADD COLUMN events text[];

-- Why the page was first put off when it was to leave; empty: it never was.
ALTER TABLE pages ADD COLUMN held text NOT NULL DEFAULT '';

-- It says who writes: ledger_writer. False: it is of the former release.
ALTER TABLE replicas ADD COLUMN signs boolean NOT NULL DEFAULT false;

CREATE TABLE ledger (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint      NOT NULL, -- 0: a message, which belongs to none
    seq         int,                  -- its place in the incident's chain, from 1; null: not sealed yet
    at          timestamptz NOT NULL,
    kind        text        NOT NULL
                CHECK (kind IN ('intended', 'held', 'attempt', 'accepted', 'unknown', 'failed', 'receipt', 'skipped', 'answer', 'edited')),
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

-- Who writes, as the store says in the same transaction before each statement that the ledger tells of
-- (storage/ledger_writer.go). Null: nobody of ours, and the entry is 'edited'. The former release says nothing: while
-- it runs beside this one, its name stands for what is not said.
CREATE FUNCTION ledger_writer() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('tocsin.writer', true), ''),
        (SELECT 'former release' FROM replicas WHERE NOT signs AND heartbeat_at > tocsin_now() - interval '10 seconds' LIMIT 1))
$$;

-- What an edit changed, each column with what it was and is. What says only who works on a row, and when it is next
-- looked at, is left out. An empty object: nothing.
CREATE FUNCTION ledger_edit(was jsonb, is_now jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(coalesce(was, '{}')->key, value)), '{}')
    FROM jsonb_each(is_now - ARRAY['next_attempt_at', 'accept_by', 'tries', 'claimed_by', 'claim', 'bundle', 'held'])
    WHERE value IS DISTINCT FROM coalesce(was, '{}')->key
$$;

-- +goose StatementBegin
CREATE FUNCTION ledger_page_made() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer text := ledger_writer();
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT incident_id, CASE WHEN writer IS NULL THEN tocsin_now() ELSE created_at END,
        CASE WHEN writer IS NULL THEN 'edited' ELSE 'intended' END, id, person, channel, jsonb_strip_nulls(jsonb_build_object(
        'round', round, 'step', step, 'kind', kind, 'role', role, 'severity', severity,
        'why', reason->>'text', 'rule', reason->>'rule', 'reason', encode(sha256(convert_to(reason::text, 'UTF8')), 'hex'),
        'not_before', CASE WHEN next_attempt_at > created_at THEN next_attempt_at END,
        'page', CASE WHEN state <> 'queued' THEN state END)
        || CASE WHEN writer IS NULL THEN jsonb_build_object('table', 'pages', 'edit', 'inserted', 'by', session_user) ELSE '{}' END)::text
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
    IF ledger_writer() IS NULL THEN
        INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
        SELECT o.incident_id, tocsin_now(), 'edited', o.id, o.person, o.channel, jsonb_build_object(
            'table', 'pages', 'edit', 'changed', 'by', session_user, 'changed', e.changed, 'page', n.state)::text
        FROM after n JOIN before o ON o.id = n.id CROSS JOIN LATERAL (SELECT ledger_edit(to_jsonb(o), to_jsonb(n)) AS changed) AS e
        WHERE e.changed <> '{}' ORDER BY o.id;
        RETURN NULL;
    END IF;
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT n.incident_id, tocsin_now(), 'held', n.id, n.person, n.channel, jsonb_strip_nulls(jsonb_build_object(
        'why', n.held, 'until', n.next_attempt_at))::text
    FROM after n JOIN before o ON o.id = n.id
    WHERE n.held <> '' AND o.held = ''
    ORDER BY n.id;
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT n.incident_id, tocsin_now(), 'skipped', n.id, n.person, n.channel, '{"page": "skipped"}'
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
DECLARE
    writer text := ledger_writer();
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, CASE WHEN writer IS NULL THEN tocsin_now() ELSE t.at END,
        CASE WHEN writer IS NULL THEN 'edited' ELSE 'attempt' END, p.id, t.id, p.person, p.channel,
        (jsonb_strip_nulls(jsonb_build_object('try', p.tries, 'possible_repeat', t.possible_repeat, 'bundle', t.bundle))
        || CASE WHEN writer IS NULL THEN jsonb_build_object('table', 'attempts', 'edit', 'inserted', 'by', session_user, 'outcome', t.outcome) ELSE '{}' END)::text
    FROM made t JOIN pages p ON p.id = t.page_id
    ORDER BY p.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_attempt_made AFTER INSERT ON attempts REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_attempt_made();

-- What a provider's report changes is a receipt, also where it only bears out what was known: 'report' is how far the
-- reports have come by it, 'event' what was told of the call. All else is the word of whoever sent it; 'reported' says
-- that the provider's report came before that. What is told of a call is not told of a page that had dropped out of
-- it. The former release does not say which it is: there the sender's word moves finished_at, and a report does not.
-- +goose StatementBegin
CREATE FUNCTION ledger_attempt_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer text := ledger_writer();
BEGIN
    IF writer IS NULL THEN
        INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
        SELECT p.incident_id, tocsin_now(), 'edited', p.id, o.id, p.person, p.channel, jsonb_strip_nulls(jsonb_build_object(
            'table', 'attempts', 'edit', 'changed', 'by', session_user, 'changed', e.changed, 'page', p.state,
            'outcome', n.outcome, 'provider_id', nullif(n.provider_id, ''), 'error', nullif(n.error, ''), 'report', n.reported))::text
        FROM after n JOIN before o ON o.id = n.id JOIN pages p ON p.id = o.page_id
        CROSS JOIN LATERAL (SELECT ledger_edit(to_jsonb(o) - 'channel', to_jsonb(n) - 'channel') AS changed) AS e
        WHERE e.changed <> '{}' ORDER BY p.id;
        RETURN NULL;
    END IF;
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, tocsin_now(), CASE
            WHEN writer = 'receipt' OR writer = 'former release' AND n.finished_at IS NOT DISTINCT FROM o.finished_at THEN 'receipt'
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
DECLARE
    writer text := ledger_writer();
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
    SELECT p.incident_id, tocsin_now(), CASE WHEN writer IS NULL THEN 'edited' ELSE 'skipped' END, p.id, t.id, p.person, p.channel, (
        CASE WHEN writer IS NULL THEN jsonb_build_object('table', 'attempts', 'edit', 'removed', 'by', session_user, 'outcome', t.outcome)
        ELSE jsonb_build_object('outcome', 'untried', 'was', t.outcome, 'page', p.state) END)::text
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
DECLARE
    writer text := ledger_writer();
BEGIN
    INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
    SELECT incident, CASE WHEN writer IS NULL THEN tocsin_now() ELSE at END, CASE WHEN writer IS NULL THEN 'edited' ELSE 'answer' END,
        0, actor, via, (jsonb_strip_nulls(jsonb_build_object(
        'audit', id, 'action', action, 'outcome', after->>'outcome', 'state', after->>'state',
        'whom', after->>'person', 'until', after->>'until'))
        || CASE WHEN writer IS NULL THEN jsonb_build_object('table', 'audit', 'edit', 'inserted', 'by', session_user) ELSE '{}' END)::text
    FROM made
    WHERE incident IS NOT NULL AND (after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%')
    ORDER BY id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_answered AFTER INSERT ON audit REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_answered();

-- What is stored already is noted as it is now: here the pages that may still change, while nobody can change them.
-- The rest may be millions, and is noted by 00010, which holds up nobody.
CREATE TABLE ledger_began (page_id bigint NOT NULL, audit_id bigint NOT NULL); -- the last that the triggers did not see
INSERT INTO ledger_began SELECT coalesce((SELECT max(id) FROM pages), 0), coalesce((SELECT max(id) FROM audit), 0);
CREATE TEMPORARY TABLE noted ON COMMIT DROP AS
SELECT * FROM pages p
WHERE state IN ('queued', 'sending', 'unknown') OR created_at > tocsin_now() - interval '3 days'
    OR incident_id IN (SELECT id FROM incidents WHERE state <> 'resolved')
    OR id IN (SELECT page_id FROM attempts WHERE at > tocsin_now() - interval '3 days');
INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
SELECT incident_id, created_at, 'intended', id, person, channel, jsonb_strip_nulls(jsonb_build_object(
    'round', round, 'step', step, 'kind', kind, 'role', role, 'severity', severity,
    'why', reason->>'text', 'rule', reason->>'rule', 'reason', encode(sha256(convert_to(reason::text, 'UTF8')), 'hex'),
    'page', state, 'noted', 'when the ledger began'))::text
FROM noted ORDER BY id;
INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
SELECT p.incident_id, t.at, 'attempt', p.id, t.id, p.person, p.channel,
    jsonb_build_object('possible_repeat', t.possible_repeat, 'page', p.state, 'noted', 'when the ledger began')::text
FROM attempts t JOIN noted p ON p.id = t.page_id ORDER BY t.at, p.id;
INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
SELECT p.incident_id, coalesce(t.finished_at, t.at),
    CASE WHEN t.outcome IN ('sent', 'delivered') THEN 'accepted' WHEN t.outcome IN ('unknown', 'skipped', 'failed') THEN t.outcome END,
    p.id, t.id, p.person, p.channel, jsonb_strip_nulls(jsonb_build_object(
        'outcome', t.outcome, 'provider_id', nullif(t.provider_id, ''), 'error', nullif(t.error, ''), 'page', p.state, 'noted', 'when the ledger began'))::text
FROM attempts t JOIN noted p ON p.id = t.page_id WHERE t.outcome <> 'sending' ORDER BY t.at, p.id;

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
DROP TABLE IF EXISTS ledger_began;
DROP FUNCTION ledger_page_made(), ledger_page_changed(), ledger_attempt_made(), ledger_attempt_changed(), ledger_attempt_gone(),
    ledger_answered(), ledger_kept(), ledger_edit(jsonb, jsonb), ledger_writer();
ALTER TABLE replicas DROP COLUMN signs;
ALTER TABLE pages DROP COLUMN held;
ALTER TABLE attempts DROP COLUMN reported, DROP COLUMN events;
