package receive

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// readBody reads body, one JSON object, by calling field with each name; field reads the value from the
// decoder. What is no JSON object is *Malformed. Of invalid UTF-8 each bad byte reads as U+FFFD, and
// nesting ends at 10,000 levels.
func readBody(body []byte, field func(d *jsontext.Decoder, name []byte) error) error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if len(bytes.TrimSpace(body)) == 0 {
		return malformed("the body is empty")
	}
	o := object(field)
	err := json.Unmarshal(body, &o, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if m, ok := errors.AsType[*Malformed](err); ok {
		return m
	}
	if s, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return malformed("the body is not JSON: %s at byte %d", syntaxFault(s), s.ByteOffset)
	}
	if err != nil {
		return malformed("the body is not JSON: %s", err)
	}
	return nil
}

func syntaxFault(s *jsontext.SyntacticError) string {
	if errors.Is(s, io.ErrUnexpectedEOF) {
		return "it ends too early,"
	}
	return s.Err.Error()
}

// object lets json.Unmarshal lend one of its pooled decoders.
type object func(d *jsontext.Decoder, name []byte) error

// UnmarshalJSONFrom calls o with each name.
func (o *object) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if k := d.PeekKind(); k != '{' {
		if err := d.SkipValue(); err != nil {
			return err
		}
		return malformed("the body is a JSON %s, not an object", kindName(k))
	}
	return eachField(d, func(name []byte) error { return (*o)(d, name) })
}

// eachField reads an object from the decoder by calling field with each name, which holds until field
// reads on.
func eachField(d *jsontext.Decoder, field func(name []byte) error) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := field(unquote(name)); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// unquote is what a JSON string says; one without escapes is not copied.
func unquote(v jsontext.Value) []byte {
	if bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1]
	}
	b, _ := jsontext.AppendUnquote(nil, v) // its error tells of invalid UTF-8, which it has replaced
	return b
}

// readText reads any value: a string as what it says, null as nothing, all else as its JSON text.
func readText(d *jsontext.Decoder) (string, error) {
	switch d.PeekKind() {
	case '"':
		t, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		return t.String(), nil
	case 'n':
		return "", d.SkipValue()
	}
	v, err := d.ReadValue()
	return string(v), err
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case '0':
		return "number"
	case 't', 'f':
		return "boolean"
	}
	return "null"
}
