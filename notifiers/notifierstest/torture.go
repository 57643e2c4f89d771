package notifierstest

import (
	"os"
	"strconv"
)

// TortureRequests is how many mutated requests a test of signatures sends: TOCSIN_TORTURE_REQUESTS, or 20,000
// where that is no number.
func TortureRequests() int {
	n, err := strconv.Atoi(os.Getenv("TOCSIN_TORTURE_REQUESTS"))
	if err != nil || n < 1 {
		return 20_000
	}
	return n
}
