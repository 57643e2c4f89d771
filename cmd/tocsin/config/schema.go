package config

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/prometheus/alertmanager/pkg/labels"
	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Schema is the JSON Schema of the file, for editors. It knows the keys and the form of their values;
// Load also checks what they name.
func Schema() []byte {
	r := jsonschema.Reflector{
		Anonymous: true, RequiredFromJSONSchemaTags: true, ExpandedStruct: true,
		Mapper: schemaOf,
	}
	schema := r.Reflect(&Config{})
	schema.Title = "Tocsin's configuration"
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(schema); err != nil {
		panic("a schema made of strings cannot be written: " + err.Error())
	}
	return bytes.TrimSpace(out.Bytes())
}

// schemaOf is the form of the values that are text in the file and something else in Config.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	text := func(format string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Pattern: format} }
	listOf := func(s *jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{Type: "array", Items: s} }
	switch t {
	case reflect.TypeFor[Secret](), reflect.TypeFor[time.Location](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[Hours](), reflect.TypeFor[Ical](), reflect.TypeFor[calendar.Delay]():
		return text("")
	case reflect.TypeFor[time.Duration]():
		return text(`^(\d+w)?(\d+d)?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))*$|^0$|\$\{`)
	case reflect.TypeFor[oncall.Turn]():
		return text("")
	case reflect.TypeFor[oncall.Civil]():
		return text(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$|\$\{`)
	case reflect.TypeFor[calendar.Date]():
		return text(`^\d{4}-\d\d-\d\d$|\$\{`)
	case reflect.TypeFor[labels.Matchers]():
		return listOf(text(""))
	case reflect.TypeFor[[]Region]():
		names := enum(calendar.Regions()...)
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{names, listOf(names)}}
	case reflect.TypeFor[Workday]():
		return enum(weekdays()...)
	case reflect.TypeFor[alerting.Severity]():
		return enum(severityNames()...)
	case reflect.TypeFor[escalation.Channel]():
		return enum(escalation.Channels...)
	case reflect.TypeFor[escalation.Until]():
		return enum(escalation.UntilAcknowledged, escalation.UntilAssigned, escalation.UntilResolved)
	case reflect.TypeFor[Reach]():
		words := enum(escalation.ReachAlways, escalation.ReachBusinessHours, escalation.ReachOnCall)
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{words, inline(OwnHours{})}}
	case reflect.TypeFor[LocalTime]():
		return text(`^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$|\$\{`)
	case reflect.TypeFor[AuthRole]():
		return enum(Viewer, Responder, Manager, Admin)
	case reflect.TypeFor[SourceKind]():
		return enum(Alertmanager, PagerDuty, Grafana, JSON)
	case reflect.TypeFor[Rate]():
		return text(`^\s*\d+\s+per\s+\S+\s*$|^none$|\$\{`)
	case reflect.TypeFor[Percent]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text(`^\d{1,3}%?$|\$\{`), {Type: "integer"}}}
	case reflect.TypeFor[Language]():
		return enum(English, German)
	case reflect.TypeFor[TLS]():
		return enum(STARTTLS, ImplicitTLS, NoTLS)
	}
	return nil
}

// inline is the schema of a struct where it stands, rather than among the definitions.
func inline(of any) *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, RequiredFromJSONSchemaTags: true, ExpandedStruct: true, DoNotReference: true, Mapper: schemaOf}
	schema := r.Reflect(of)
	schema.Version = ""
	return schema
}

func enum[T ~string](words ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}
