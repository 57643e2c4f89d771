package config

import "go.yaml.in/yaml/v4"

// manual is a section of the operations manual's own file, for configurations that leave it out. It
// belongs to no line.
func (r *reader) manual(section string) value {
	root, problem := document(Example)
	if problem != nil {
		panic("the embedded example is no YAML: " + problem.Message)
	}
	withoutLines(root)
	return value{r: r}.at("", root).child(section)
}

func withoutLines(n *yaml.Node) {
	n.Line, n.Column = 0, 0
	for _, child := range n.Content {
		withoutLines(child)
	}
}
