package storage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// await waits until the database answers, as long as the options say.
func (s *Store) await(ctx context.Context) error {
	most := startWait
	if s.options.NoWait {
		most = answerWait
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for told := false; ; told = true {
		err := s.Ping(ctx)
		if err == nil {
			return nil
		}
		if pg, ok := errors.AsType[*pgconn.PgError](err); ok && !strings.HasPrefix(pg.Code, "57") {
			return fmt.Errorf("the database refuses: %s", pg.Message)
		}
		reason := s.unreachable(err)
		if !told && !s.options.NoWait {
			s.log.Warn("the database does not answer yet, waiting", "error", reason, "at_most", startWait)
		}
		if !s.options.NoWait {
			pause(ctx, 250*time.Millisecond)
		}
		if s.options.NoWait || ctx.Err() != nil {
			return fmt.Errorf("cannot reach the database at %s; is it up, and is database.url right?", reason)
		}
	}
}

// unreachable says where the database was looked for last, and why it was not found there.
func (s *Store) unreachable(err error) string {
	cfg := s.pool.Config().ConnConfig
	return unreachable(addressOf(cfg.Host, cfg.Port), err)
}

func addressOf(host string, port uint16) string {
	if filepath.IsAbs(host) {
		return filepath.Join(host, fmt.Sprintf(".s.PGSQL.%d", port))
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// unreachable is "ADDRESS: CAUSE" of pgx's error, which has a line for each address that was tried:
// "127.0.0.1:1 (127.0.0.1): dial error: dial tcp 127.0.0.1:1: connect: connection refused". address is the
// configured one, for errors that name none.
func unreachable(address string, err error) string {
	text := strings.TrimSpace(err.Error())
	last := strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	if at, _, ok := strings.Cut(last, " ("); ok && !strings.Contains(at, " ") {
		address = at
	}
	cause := last[strings.LastIndex(last, ": ")+1:]
	if errors.Is(err, context.DeadlineExceeded) {
		cause = "no answer"
	}
	return address + ": " + strings.TrimSpace(cause)
}
