package notifierstest

import (
	"sync"

	"github.com/emersion/go-smtp"
)

// refusals are what a mail server says of recipients that it does not take.
type refusals struct {
	mu sync.Mutex
	by map[string]*smtp.SMTPError
}

// RefuseRecipient makes the server answer mails to an address with this code and enhanced code, at RCPT:
// 550 and {5, 1, 1} for one that is not there. A code below 400 ends it.
func (s *SMTP) RefuseRecipient(address string, code int, enhanced [3]int, text string) {
	s.refusal.mu.Lock()
	defer s.refusal.mu.Unlock()
	if s.refusal.by == nil {
		s.refusal.by = map[string]*smtp.SMTPError{}
	}
	if delete(s.refusal.by, address); code >= 400 {
		s.refusal.by[address] = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode(enhanced), Message: text}
	}
}

func (r *refusals) of(address string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.by[address]; err != nil {
		return err
	}
	return nil
}
