package main

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestAProcessIsKnownToBeDeadOnlyWhenItCertainlyIs(t *testing.T) {
	me := processName()
	if me == "" || processDead(me) {
		t.Fatalf("I am %q and dead: %v", me, processDead(me))
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started, _ := startedAt(cmd.Process.Pid)
	place, _ := processPlace()
	child := strings.Join([]string{place, strconv.Itoa(cmd.Process.Pid), started}, " ")
	if processDead(child) {
		t.Error("a living child counts as dead")
	}
	if again := strings.Join([]string{place, strconv.Itoa(cmd.Process.Pid), "1"}, " "); !processDead(again) {
		t.Error("a process whose PID was used again counts as alive")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if !processDead(child) {
		t.Error("a killed child counts as alive")
	}
	for _, foreign := range []string{"", "x", "1 2", "another-boot pid:[1] 1 1", strings.Replace(child, "pid:[", "pid:[9", 1)} {
		if processDead(foreign) {
			t.Errorf("%q counts as dead, and nothing is known of it", foreign)
		}
	}
}
