package notifiers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
)

const persistTimeout = time.Second // one try at storing something

// persist repeats what the store refuses for the time being, until root ends; then it is tried once
// more at most. Any other error is final.
func persist(root context.Context, write func(context.Context) error) error {
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := once(root, write)
		if err == nil || !errors.Is(err, alerting.ErrUnavailable) {
			return err
		}
		select {
		case <-root.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func once(root context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(root), persistTimeout) // also when cut off
	defer cancel()
	return write(ctx)
}

// caught turns a panic into an error: the message that is the cause may have left, and is not to end
// the program again and again. Call it deferred.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = &Failure{Class: Lost, Err: fmt.Errorf("the channel failed: %v", r)}
	}
}
