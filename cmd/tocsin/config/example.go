package config

import "embed"

// Example is the operations manual's organisation as one configuration file: tocsin.yaml as it is shipped.
//
//go:embed tocsin.yaml
var Example []byte

// ExampleFiles holds Example as tocsin.yaml, beside it the runbooks that it names, and scenarios/manual.yaml, which
// says what the manual wants of it.
// os.CopyFS writes them out.
//
//go:embed tocsin.yaml runbooks/*.md scenarios/*.yaml
var ExampleFiles embed.FS
