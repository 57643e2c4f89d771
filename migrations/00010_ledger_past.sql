-- What was over when the delivery ledger began is noted as it is now. It changes no more, so that this takes its time
-- and holds up nobody: the triggers of 00005 see to all that came since.

-- +goose Up

CREATE TEMPORARY TABLE noted ON COMMIT DROP AS
SELECT * FROM pages p
WHERE id <= (SELECT page_id FROM ledger_began) AND NOT EXISTS (SELECT FROM ledger l WHERE l.page_id = p.id AND l.kind = 'intended');
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
INSERT INTO ledger (incident_id, at, kind, page_id, person, channel, data)
SELECT incident, at, 'answer', 0, actor, via, jsonb_strip_nulls(jsonb_build_object(
    'audit', id, 'action', action, 'outcome', after->>'outcome', 'state', after->>'state',
    'whom', after->>'person', 'until', after->>'until', 'noted', 'when the ledger began'))::text
FROM audit
WHERE id <= (SELECT audit_id FROM ledger_began)
    AND incident IS NOT NULL AND (after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%') ORDER BY id;
DROP TABLE ledger_began;

-- From now on the triggers of what it tells of write it, and nobody else.
-- +goose StatementBegin
CREATE FUNCTION ledger_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table ledger is written by triggers alone, with what it tells of' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_written BEFORE INSERT ON ledger FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_written();

-- +goose Down
DROP TRIGGER ledger_written ON ledger;
DROP FUNCTION ledger_written();
CREATE TABLE ledger_began (page_id bigint NOT NULL, audit_id bigint NOT NULL);
INSERT INTO ledger_began VALUES (0, 0);
