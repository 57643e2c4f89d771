package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v4"
	"tocsin/escalation/oncall"
)

// Config is a whole configuration, checked, with its defaults filled in. It is not changed once read.
type Config struct {
	Server     Server               `json:"server" jsonschema_description:"Where Tocsin listens, and how it is reached."`
	Database   Database             `json:"database" jsonschema_description:"The PostgreSQL that holds everything."`
	DataDir    string               `json:"data_dir" jsonschema:"default=./tocsin-data" jsonschema_description:"Folder for what Tocsin keeps on disk: the private PostgreSQL, if there is one."`
	Timezone   *time.Location       `json:"timezone" jsonschema:"default=UTC,example=Europe/Berlin" jsonschema_description:"Default zone of every clock in the file."`
	Auth       Auth                 `json:"auth" jsonschema_description:"Who may sign in, and which programs may call the API."`
	Intake     Intake               `json:"intake" jsonschema_description:"Where alerts come from, and how they become incidents."`
	Classify   Classify             `json:"classify" jsonschema_description:"How severe an alert is. Left out: the operations manual's rules."`
	Suppress   Suppress             `json:"suppress" jsonschema_description:"Alerts that are stored but open no incident."`
	Calendar   Calendar             `json:"calendar" jsonschema_description:"Business time."`
	People     map[string]Person    `json:"people" jsonschema:"required" jsonschema_description:"Who there is, by name."`
	Rotations  map[string]Rotation  `json:"rotations" jsonschema_description:"Who holds a role by turns, by the rotation's name."`
	Roles      map[string]Role      `json:"roles" jsonschema_description:"What a step of the matrix names, by the role's name."`
	CatchAll   string               `json:"catch_all" jsonschema:"example=devops-lead" jsonschema_description:"The person paged at once when a step reaches nobody. May be left out where there is one person only."`
	External   map[string]External  `json:"external" jsonschema_description:"Contacts outside, shown on the incident page and never paged."`
	Matrix     Matrix               `json:"matrix" jsonschema_description:"For each severity, the steps that are owed and when. Left out: the operations manual's, without the steps of roles that the file does not define."`
	Probes     map[string]Probe     `json:"probes" jsonschema_description:"What Tocsin looks at by itself, by the probe's name."`
	Heartbeats map[string]Heartbeat `json:"heartbeats" jsonschema_description:"Signs of life that must keep coming, by name."`
	Runbooks   []Runbook            `json:"runbooks" jsonschema_description:"Which runbook belongs to which alerts."`
	Routines   map[string]Routine   `json:"routines" jsonschema_description:"Recurring work, by name; each run is an incident with its checklist."`
	Notifiers  Notifiers            `json:"notifiers" jsonschema_description:"The channels. One left out, or without its credentials, is a sandbox."`
	Watchdog   Watchdog             `json:"watchdog" jsonschema_description:"Tocsin's own dead man's switch."`
	Retention  Retention            `json:"retention" jsonschema_description:"How long history is kept."`

	// Hash stands for the file: the first 12 hexadecimal digits of the SHA-256 of its bytes, before
	// anything is filled in.
	Hash string `json:"-"`

	// Files are the other files that were looked at: iCal files, runbooks and what ${file:...} names.
	// Whoever reads the configuration again when its file changes looks at these too.
	Files []string `json:"-"`

	imported map[string][]oncall.Shift // what the iCal files said when they were read, by rotation
}

// Load reads the configuration at path, with environment variables from getenv. The Config is nil if the
// report has errors.
func Load(path string, getenv func(string) string) (*Config, Report) {
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Report{Errors: []Problem{{Message: "there is no such file: name the configuration with -c FILE or $TOCSIN_CONFIG"}}}
	}
	if err != nil {
		return nil, Report{Errors: []Problem{{Message: "the file cannot be read: " + why(err)}}}
	}
	return Parse(src, filepath.Dir(path), getenv)
}

// Parse reads the configuration src as Load does. Relative paths are relative to dir.
func Parse(src []byte, dir string, getenv func(string) string) (*Config, Report) {
	return parseWith(src, dir, outside{getenv, readFileIn(dir), time.Now()})
}

func parseWith(src []byte, dir string, from outside) (*Config, Report) {
	report := Report{}
	root, problem := document(src)
	if problem != nil {
		report.Errors = []Problem{*problem}
		return nil, report
	}
	r := &reader{report: &report, outside: from, dir: dir, written: map[*yaml.Node]string{}}
	r.fill(root)
	file := value{r: r}.at("the file", root)
	file.line, file.column = 0, 0 // what is missing belongs to no line
	r.names = namesIn(file)
	c := readConfig(file)
	sum := sha256.Sum256(src)
	c.Hash = hex.EncodeToString(sum[:])[:12]
	if report.OK() {
		c.warnings(file)
	}
	report.tidy()
	if !report.OK() {
		return nil, report
	}
	return c, report
}

func readConfig(file value) *Config {
	c := &Config{DataDir: "./tocsin-data", Timezone: time.UTC}
	file.object(
		section("server", &c.Server, readServer),
		section("database", &c.Database, readDatabase),
		key("data_dir", &c.DataDir, text),
		key("timezone", &c.Timezone, parsed("time zone", parseZone)),
		section("auth", &c.Auth, readAuth),
		section("intake", &c.Intake, readIntake),
		section("classify", &c.Classify, readClassify),
		section("suppress", &c.Suppress, readSuppress),
		section("calendar", &c.Calendar, readCalendar),
		required("say whom Tocsin tells, as in people: {ada: {name: Ada, email: ada@example.com}}", key("people", &c.People, people)),
		key("rotations", &c.Rotations, named(readRotation)),
		key("roles", &c.Roles, named(readRole)),
		key("catch_all", &c.CatchAll, person),
		key("external", &c.External, named(readExternal)),
		section("matrix", &c.Matrix, readMatrix),
		key("probes", &c.Probes, named(readProbe)),
		key("heartbeats", &c.Heartbeats, named(readHeartbeat)),
		key("runbooks", &c.Runbooks, list(readRunbook)),
		key("routines", &c.Routines, named(readRoutine)),
		section("notifiers", &c.Notifiers, readNotifiers),
		section("watchdog", &c.Watchdog, readWatchdog),
		section("retention", &c.Retention, readRetention),
	)
	c.DataDir = within(file.r.dir, c.DataDir)
	c.chooseCatchAll(file)
	c.checkWindows()
	c.checkAddresses(file.r)
	c.importFiles(file.r.outside.now)
	c.Files = file.r.files
	return c
}

// chooseCatchAll makes the only person there is the one who is told when a step reaches nobody.
func (c *Config) chooseCatchAll(file value) {
	if file.has("catch_all") {
		return
	}
	if len(c.People) == 1 {
		for name := range c.People {
			c.CatchAll = name
		}
		return
	}
	switch {
	case len(c.People) > 1:
		file.fail("catch_all is missing: name the person who is paged when a step reaches nobody")
	case file.has("people"):
		file.child("people").fail("people names nobody: Tocsin needs at least one person to tell")
	}
}
