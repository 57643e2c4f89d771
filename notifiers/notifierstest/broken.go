package notifierstest

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// drop closes the connection under w without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// reset resets the connection under w.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		resetConn(conn)
	}
}

// resetConn ends a connection with RST rather than FIN.
func resetConn(conn net.Conn) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// dribble answers 200 with body, a byte each step, until the faults are lifted.
func dribble(w http.ResponseWriter, r *http.Request, body []byte, step time.Duration, lifted chan struct{}) {
	w.Header().Set("Content-Type", "application/json")
	rc := http.NewResponseController(w)
	out := bufio.NewWriter(w)
	for _, c := range body {
		select {
		case <-time.After(step):
		case <-lifted:
		case <-r.Context().Done():
			return
		}
		_ = out.WriteByte(c)
		_ = out.Flush()
		_ = rc.Flush()
	}
}

// trickle writes a line, a byte each step, until the faults are lifted or nobody reads any more.
func trickle(w io.Writer, line string, step time.Duration, lifted chan struct{}) error {
	for i := range len(line) {
		select {
		case <-time.After(step):
		case <-lifted:
		}
		if _, err := io.WriteString(w, line[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}
