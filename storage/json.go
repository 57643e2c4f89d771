package storage

import (
	"encoding/json"
	"fmt"
)

// jsonText is v as the text of a jsonb value. What is stored as jsonb are our own types, which always
// marshal.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("storage: %T does not marshal: %v", v, err))
	}
	return string(b)
}
