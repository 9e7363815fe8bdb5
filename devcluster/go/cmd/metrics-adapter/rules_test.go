package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/common/model"
)

const documented = `
rules:
- seriesQuery: 'requests_total{namespace!="",pod!=""}'
  resources: {overrides: {namespace: {resource: namespace}, pod: {resource: pod}}}
  name: {as: requests_per_minute}
  metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>,route!="x"}[1m])) by (<<.GroupBy>>) * 60'
`

func read(t *testing.T, text string) (map[string]rule, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readRules(file)
}

func TestAPlaceIsFilledIn(t *testing.T) {
	rules, err := read(t, documented)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rules["requests_per_minute"].query("shop", []string{"web-1", "web-2"})
	want := `sum(rate(requests_total{namespace="shop",pod=~"web-1|web-2",route!="x"}[1m])) by (pod) * 60`
	if err != nil || got != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}

func TestARuleThatCannotBeAskedIsRefused(t *testing.T) {
	for _, text := range []string{
		"rules: [{name: {as: a}, metricsQuery: 'up'}]",
		"rules: [{name: {as: a}, resources: {overrides: {namespace: {resource: namespace}}}, metricsQuery: 'up'}]",
		"rules: [{name: {as: a}, metricsQuery: 'up{<<.Labels>>}', " +
			"resources: {overrides: {namespace: {resource: namespace}, pod: {resource: pod}}}}]",
		"rules: 1",
	} {
		if rules, err := read(t, text); err == nil {
			t.Errorf("%s is read as %v", text, rules)
		}
	}
}

func TestWhatIsNotAskedForIsLeftOut(t *testing.T) {
	samples := model.Vector{
		{Metric: model.Metric{"pod": "web-1"}, Value: 61.5},
		{Metric: model.Metric{"pod": "web-2"}, Value: model.SampleValue(math.NaN())},
		{Metric: model.Metric{"pod": "another"}, Value: 7},
	}
	got := figures(samples, "pod", "shop", []string{"web-1", "web-2", "web-3"}, "requests_per_minute")
	if len(got) != 1 || got[0].DescribedObject.Name != "web-1" || got[0].Value.MilliValue() != 61_500 {
		t.Errorf("got %v", got)
	}
}
