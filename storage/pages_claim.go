package storage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// ClaimPages implements notifiers.Outbox: two round trips. A replica that has not said yet that it lives claims
// nothing: others would take it for dead.
func (s *Store) ClaimPages(ctx context.Context, l notifiers.Lane, slots notifiers.Slots, r notifiers.Rate) ([]notifiers.Claim, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.end()
	due, now, err := s.lockDue(ctx, tx, l, slots, r)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	claims, put := s.weigh(due, l.Urgent, slots, r, now)
	write := &pgx.Batch{}
	s.queueClaims(write, claims, now)
	if r.Limited() {
		queueInterrupts(write, claims, l, r, now)
	}
	put.queue(write)
	if err := tx.commit(ctx, write); err != nil {
		for _, c := range claims {
			s.claims.drop(c.Tokens()...)
		}
		return nil, err
	}
	out := make([]notifiers.Claim, len(claims))
	for i, c := range claims {
		out[i] = c.Claim
	}
	return out, nil
}

// duePage is a page that is due, and locked.
type duePage struct {
	notifiers.Page
	digest bool
	bundle int64
	held   bool        // it has been put off before
	repeat bool        // one of its attempts may have arrived, however the later ones ended
	left   []time.Time // when messages left for its person, as far as the budget looks back
}

// lockDue locks the first pages of a lane that are due, passing over locked ones and those to people
// who have no slot left; of the people whom a budget
// covers all that is due to them, and what has left for them; of digests all that are due with them.
func (s *Store) lockDue(ctx context.Context, tx *transaction, l notifiers.Lane, slots notifiers.Slots, r notifiers.Rate) (due []duePage, now time.Time, err error) {
	const ripe = `next_attempt_at IS NOT NULL AND next_attempt_at <= tocsin_now()`
	b := &pgx.Batch{}
	b.Queue(`
		WITH first AS (
			SELECT p.* FROM unnest($2::smallint[]) AS worst(severity)
			CROSS JOIN LATERAL (
				SELECT * FROM pages WHERE channel = $1 AND severity = worst.severity AND person <> ALL ($7) AND `+ripe+`
				ORDER BY next_attempt_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
			) AS p
			WHERE EXISTS (SELECT FROM replicas WHERE id = $4)
			LIMIT $3
		), people AS (
			SELECT DISTINCT person FROM first WHERE $5 OR digest
		), more AS (
			SELECT p.* FROM people CROSS JOIN LATERAL (
				SELECT * FROM pages
				WHERE person = people.person AND channel = $1 AND severity = ANY ($2) AND `+ripe+` AND ($5 OR digest)
				FOR NO KEY UPDATE SKIP LOCKED
			) AS p
		), history AS (
			INSERT INTO interrupts AS i (person, channel, urgent) SELECT person, $1, $6 FROM people WHERE $5 ORDER BY person
			ON CONFLICT (person, channel, urgent) DO UPDATE SET at = i.at
			RETURNING i.person, i.at
		), due AS (
			SELECT DISTINCT ON (id) * FROM (SELECT * FROM first UNION ALL SELECT * FROM more) AS locked
		)
		SELECT `+pageColumns+`, p.digest, coalesce(p.bundle, 0), p.held <> '', coalesce(h.at, '{}'),
			EXISTS (SELECT FROM attempts t WHERE t.page_id = p.id AND t.outcome IN ('unknown', 'sent', 'delivered'))
		FROM due p LEFT JOIN history h ON h.person = p.person
		ORDER BY p.severity, p.next_attempt_at, p.id`, string(l.Channel), severityNumbers(l.Severities()), slots.Messages, s.replica, r.Limited(), l.Urgent, slots.Full()).
		Query(func(rows pgx.Rows) error {
			due, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (duePage, error) {
				var p duePage
				return p, row.Scan(append(pageFields(&p.Page), &p.digest, &p.bundle, &p.held, &p.left, &p.repeat)...)
			})
			return err
		})
	queueNow(b, &now)
	return due, now, tx.run(ctx, b)
}

// claimed is a claim with what each of its pages' attempts is to say: whether an attempt before it may have
// arrived.
type claimed struct {
	notifiers.Claim
	repeats []bool
}

// weigh makes claims of what leaves now, the worst first and as many as there are slots for, and says what is put
// off.
func (s *Store) weigh(due []duePage, urgent bool, slots notifiers.Slots, r notifiers.Rate, now time.Time) (claims []claimed, put putOff) {
	var people []string
	of := map[string][]duePage{}
	for _, p := range due {
		if of[p.Person] == nil {
			people = append(people, p.Person)
		}
		of[p.Person] = append(of[p.Person], p)
	}
	for _, person := range people {
		pages := of[person]
		leaving := r.Weigh(urgent, pages[0].left, waitingOf(pages), now)
		if urgent && r.Limited() {
			leaving = leaving.Within(slots.Left(person))
		}
		for _, m := range leaving.Messages[:min(slots.Left(person), len(leaving.Messages))] {
			claims = append(claims, s.claimOf(pages, m))
		}
		for _, i := range leaving.Rest {
			put.add(pages[i], leaving)
		}
	}
	slices.SortStableFunc(claims, func(a, b claimed) int { return cmp.Compare(a.Page.Severity, b.Page.Severity) })
	for ; len(claims) > slots.Messages; claims = claims[:len(claims)-1] {
		s.claims.drop(claims[len(claims)-1].Tokens()...)
	}
	return claims, put
}

// waitingOf is how a budget sees one person's pages. Those that left together before do so again.
func waitingOf(pages []duePage) []notifiers.Waiting {
	led := map[int64]bool{}
	for _, p := range pages {
		led[p.bundle] = true
	}
	out := make([]notifiers.Waiting, len(pages))
	for i, p := range pages {
		out[i] = notifiers.Waiting{Severity: p.Severity, Kind: p.Kind, Since: p.CreatedAt, Bundle: p.bundle, Alone: p.Message != nil, Digest: p.digest, Again: p.repeat}
		if p.bundle == 0 && led[p.ID] {
			out[i].Bundle = p.ID
		}
	}
	return out
}

// claimOf is a claim of one message's pages, the worst first.
func (s *Store) claimOf(pages []duePage, message []int) claimed {
	tokens := s.claims.draw(len(message))
	c := claimed{Claim: notifiers.Claim{AttemptID: tokens[0], Digest: true}}
	for k, i := range message {
		p := pages[i].Page
		p.State, p.Tries = notifiers.Sending, p.Tries+1
		c.repeats = append(c.repeats, pages[i].repeat)
		c.Digest = c.Digest && pages[i].digest
		if k == 0 {
			c.Page, c.PossibleRepeat = p, pages[i].repeat
		} else {
			c.Joined = append(c.Joined, notifiers.Joined{Page: p, AttemptID: tokens[k], PossibleRepeat: pages[i].repeat})
		}
	}
	return c
}

// queueClaims stores claims, each page with an attempt of its own.
func (s *Store) queueClaims(b *pgx.Batch, claims []claimed, now time.Time) {
	var page []int64
	var token []string
	var leader []*int64   // of a page that does not lead its message
	var leading []*string // its attempt
	var repeat []bool
	for _, c := range claims {
		page, token, repeat = append(page, c.PageIDs()...), append(token, c.Tokens()...), append(repeat, c.repeats...)
		leader, leading = append(leader, nil), append(leading, nil)
		for range c.Joined {
			leader, leading = append(leader, &c.Page.ID), append(leading, &c.AttemptID)
		}
	}
	if len(page) == 0 {
		return
	}
	queueWriter(b, bySender)
	b.Queue(`
		UPDATE pages p SET state = 'sending', next_attempt_at = NULL, claimed_by = $3, claim = r.claim, tries = tries + 1, bundle = r.bundle
		FROM unnest($1::bigint[], $2::text[]::uuid[], $4::bigint[]) AS r(id, claim, bundle) WHERE p.id = r.id AND p.id = ANY ($1)`,
		page, token, s.replica, leader)
	b.Queue(`
		INSERT INTO attempts (id, page_id, at, possible_repeat, bundle)
		SELECT r.id, r.page, $5, r.repeat, r.bundle
		FROM unnest($1::text[]::uuid[], $2::bigint[], $3::boolean[], $4::text[]::uuid[]) AS r(id, page, repeat, bundle)`,
		token, page, repeat, leading, now)
}

// queueInterrupts notes what leaves for whom, and forgets what is too old to count.
func queueInterrupts(b *pgx.Batch, claims []claimed, l notifiers.Lane, r notifiers.Rate, now time.Time) {
	var person []string
	var n []int32
	for _, c := range claims {
		i := slices.Index(person, c.Page.Person)
		if i < 0 {
			i = len(person)
			person, n = append(person, c.Page.Person), append(n, 0)
		}
		n[i]++
	}
	if len(person) == 0 {
		return
	}
	b.Queue(`
		UPDATE interrupts i SET at = ARRAY(SELECT t FROM unnest(i.at) AS t WHERE t > $6 ORDER BY t) || array_fill($5::timestamptz, ARRAY[r.n])
		FROM unnest($1::text[], $2::int[]) AS r(person, n) WHERE i.person = r.person AND i.person = ANY ($1) AND i.channel = $3 AND i.urgent = $4`,
		person, n, string(l.Channel), l.Urgent, now, now.Add(-r.Memory()))
}

// queueGivenBack takes a message off the budget's count that has certainly not reached its person.
func queueGivenBack(b *pgx.Batch, c notifiers.Claim) {
	b.Queue(`
		UPDATE interrupts i SET at = i.at[:array_position(i.at, t.at) - 1] || i.at[array_position(i.at, t.at) + 1:]
		FROM attempts t WHERE t.id = $1 AND i.person = $2 AND i.channel = $3 AND i.urgent = $4 AND t.at = ANY (i.at)`,
		c.AttemptID, c.Page.Person, string(c.Page.Channel), notifiers.LaneOf(c.Page.Channel, c.Page.Severity).Urgent)
}
