package notifiers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
)

const persistTimeout = time.Second // one try at storing something

// patience is how long one try at storing something of a claim may take: many pages take their time.
func (c Claim) patience() time.Duration {
	return persistTimeout + time.Duration(len(c.Joined))*10*time.Millisecond
}

// persist repeats what the store refuses for the time being, until root ends; then it is tried once
// more at most. Any other error is final.
// try is how long one try may take.
func persist(root context.Context, try time.Duration, write func(context.Context) error) error {
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := once(root, try, write)
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

func once(root context.Context, try time.Duration, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(root), try) // also when cut off
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
