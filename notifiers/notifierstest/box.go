package notifierstest

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// box keeps what arrived, in order, and wakes those who wait for it.
type box[T any] struct {
	mu      sync.Mutex
	items   []T
	changed chan struct{} // closed at each change
}

func newBox[T any]() *box[T] { return &box[T]{changed: make(chan struct{})} }

// change runs f on the items and wakes everybody.
func (b *box[T]) change(f func(items []T) []T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = f(b.items)
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *box[T]) add(item T) { b.change(func(items []T) []T { return append(items, item) }) }

func (b *box[T]) all() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.items)
}

// wait returns the items as soon as ok holds for them, or ctx's error with what there was.
func (b *box[T]) wait(ctx context.Context, ok func([]T) bool) ([]T, error) {
	for {
		b.mu.Lock()
		items, changed := slices.Clone(b.items), b.changed
		b.mu.Unlock()
		if ok(items) {
			return items, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return items, fmt.Errorf("waited in vain, %d arrived: %w", len(items), ctx.Err())
		}
	}
}
