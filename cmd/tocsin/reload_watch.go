package main

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watch wakes the loop when a signal asks for a reload, or when something happens in a folder of the
// configuration's files, until ctx ends. Where the system cannot tell, the loop's own looks remain.
func (r *reloads) watch(ctx context.Context) {
	var events <-chan fsnotify.Event
	var failures <-chan error
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		r.a.log.Warn("changes of the configuration are not told by the system: its files are looked at instead", "every", pollEvery, "error", err)
	} else {
		defer watcher.Close()
		events, failures = watcher.Events, watcher.Errors
	}
	folders := time.NewTicker(pollEvery)
	defer folders.Stop()
	r.listen(watcher)
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.from.hangup:
			r.asked.Store(true)
		case <-events:
			r.heard.Store(true)
		case err := <-failures:
			r.a.log.Warn("a change of the configuration may have been missed: its files are looked at", "error", err)
			r.heard.Store(true)
		case <-folders.C:
			r.listen(watcher) // the configuration may name other files by now
			continue
		}
		r.WakeIn(0)
	}
}

// listen adds the folders that are not listened to yet. One that is not there is tried again.
func (r *reloads) listen(watcher *fsnotify.Watcher) {
	if watcher == nil {
		return
	}
	for _, folder := range r.files().folders() {
		if err := watcher.Add(folder); err != nil {
			r.a.log.Debug("a folder of the configuration is not listened to", "folder", folder, "error", err)
		}
	}
}
