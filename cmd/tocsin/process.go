package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// processName names this process so that another one on the same machine can tell whether it still
// lives: the boot, the PID namespace (containers of one host share the boot), the PID and when it
// started (PIDs are used again). It is empty where the system does not say (not Linux).
func processName() string {
	place, ok := processPlace()
	started, alive := startedAt(os.Getpid())
	if !ok || !alive {
		return ""
	}
	return fmt.Sprintf("%s %d %s", place, os.Getpid(), started)
}

// processDead reports whether the process of that name is certainly gone. It is false for one of
// another machine, boot or namespace: of those, nothing is known here.
func processDead(name string) bool {
	at := strings.LastIndexByte(name, ' ')
	if at < 0 {
		return false
	}
	rest, started := name[:at], name[at+1:]
	at = strings.LastIndexByte(rest, ' ')
	if at < 0 {
		return false
	}
	place, ok := processPlace()
	pid, err := strconv.Atoi(rest[at+1:])
	if !ok || err != nil || rest[:at] != place {
		return false
	}
	now, alive := startedAt(pid)
	return !alive || now != started
}

func processPlace() (string, bool) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", false
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	return strings.TrimSpace(string(boot)) + " " + namespace, err == nil
}

// startedAt is when a process started, in ticks since the boot (proc(5), stat, field 22). A zombie
// counts as gone.
func startedAt(pid int) (ticks string, alive bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", !os.IsNotExist(err)
	}
	// The command's name stands in parentheses and may hold anything.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", true
	}
	return fields[19], fields[0] != "Z" && fields[0] != "X"
}
