package storage

import "github.com/jackc/pgx/v5/pgxpool"

// Pools are all connections of the store.
func (s *Store) Pools() []*pgxpool.Pool { return []*pgxpool.Pool{s.pool, s.reads} }
