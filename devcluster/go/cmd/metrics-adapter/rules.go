package main

import (
	"fmt"
	"os"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// Rule says how Prometheus is asked for one figure of Pods.
type rule struct {
	SeriesQuery string `json:"seriesQuery"`
	Resources   struct {
		Overrides map[string]struct {
			Resource string `json:"resource"`
		} `json:"overrides"`
	} `json:"resources"`
	Name struct {
		As string `json:"as"`
	} `json:"name"`
	MetricsQuery string `json:"metricsQuery"`
}

// What a metricsQuery may name, between << and >>.
type places struct {
	Series, LabelMatchers, GroupBy string
}

// ReadRules returns the rules of a file by the name of their metric.
func readRules(file string) (map[string]rule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content struct {
		Rules []rule `json:"rules"`
	}
	if err := yaml.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	found := map[string]rule{}
	for _, one := range content.Rules {
		// A rule that cannot be asked is told now, and not when the autoscaler asks.
		if _, err := one.query("namespace", []string{"pod"}); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, one.Name.As, err)
		}
		found[one.Name.As] = one
	}
	return found, nil
}

// Label returns the label of the rule's series that names a resource.
func (r rule) label(resource string) (string, error) {
	for label, override := range r.Resources.Overrides {
		if override.Resource == resource {
			return label, nil
		}
	}
	return "", fmt.Errorf("resources.overrides names no label for %q", resource)
}

// Query returns the PromQL that gives one sample for each of the Pods.
func (r rule) query(namespace string, pods []string) (string, error) {
	namespaceLabel, err := r.label("namespace")
	if err != nil {
		return "", err
	}
	podLabel, err := r.label("pod")
	if err != nil {
		return "", err
	}
	parsed, err := template.New("metricsQuery").Delims("<<", ">>").Parse(r.MetricsQuery)
	if err != nil {
		return "", err
	}
	series, _, _ := strings.Cut(r.SeriesQuery, "{")
	// The names of Pods and namespaces hold nothing that a regular expression takes for something else but
	// dots, which stand for themselves as well.
	matchers := fmt.Sprintf("%s=%q,%s=~%q", namespaceLabel, namespace, podLabel, strings.Join(pods, "|"))
	var query strings.Builder
	err = parsed.Execute(&query, places{Series: series, LabelMatchers: matchers, GroupBy: podLabel})
	return query.String(), err
}
