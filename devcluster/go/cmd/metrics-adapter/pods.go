package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/klog/v2"
	"k8s.io/metrics/pkg/apis/custom_metrics"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/provider"
)

// PodMetrics answers what custom.metrics.k8s.io is asked of Pods.
type podMetrics struct {
	rules      map[string]rule
	prometheus promv1.API
	pods       dynamic.NamespaceableResourceInterface
}

var podResource = schema.GroupResource{Resource: "pods"}

func (p *podMetrics) ListAllMetrics() []provider.CustomMetricInfo {
	var found []provider.CustomMetricInfo
	for name := range p.rules {
		found = append(found, provider.CustomMetricInfo{GroupResource: podResource, Namespaced: true, Metric: name})
	}
	return found
}

func (p *podMetrics) GetMetricByName(
	ctx context.Context, name types.NamespacedName, info provider.CustomMetricInfo, _ labels.Selector,
) (*custom_metrics.MetricValue, error) {
	values, err := p.values(ctx, name.Namespace, []string{name.Name}, info)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, provider.NewMetricNotFoundForError(info.GroupResource, info.Metric, name.Name)
	}
	return &values[0], nil
}

func (p *podMetrics) GetMetricBySelector(
	ctx context.Context, namespace string, selector labels.Selector, info provider.CustomMetricInfo, _ labels.Selector,
) (*custom_metrics.MetricValueList, error) {
	pods, err := p.pods.Namespace(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector.String()})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, pod := range pods.Items {
		names = append(names, pod.GetName())
	}
	values, err := p.values(ctx, namespace, names, info)
	if err != nil {
		return nil, err
	}
	return &custom_metrics.MetricValueList{Items: values}, nil
}

// Values returns the figures of the Pods that Prometheus knows of. One that it does not know is left out: the
// autoscaler takes it for missing, which is not zero.
func (p *podMetrics) values(
	ctx context.Context, namespace string, names []string, info provider.CustomMetricInfo,
) ([]custom_metrics.MetricValue, error) {
	asked, known := p.rules[info.Metric]
	if !known || info.GroupResource != podResource {
		return nil, provider.NewMetricNotFoundError(info.GroupResource, info.Metric)
	}
	query, err := asked.query(namespace, names)
	if err != nil {
		return nil, err
	}
	answer, warnings, err := p.prometheus.Query(ctx, query, time.Now())
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	if len(warnings) > 0 {
		klog.Warningf("%s: %s", query, strings.Join(warnings, "; "))
	}
	samples, right := answer.(model.Vector)
	if !right {
		return nil, fmt.Errorf("%s gives a %s, not one sample for each Pod", query, answer.Type())
	}
	label, err := asked.label("pod")
	if err != nil {
		return nil, err
	}
	return figures(samples, label, namespace, names, info.Metric), nil
}

func figures(
	samples model.Vector, label, namespace string, names []string, metric string,
) []custom_metrics.MetricValue {
	var found []custom_metrics.MetricValue
	for _, sample := range samples {
		name, value := string(sample.Metric[model.LabelName(label)]), float64(sample.Value)
		if !slices.Contains(names, name) || math.IsNaN(value) {
			continue
		}
		found = append(found, custom_metrics.MetricValue{
			DescribedObject: custom_metrics.ObjectReference{
				APIVersion: "v1", Kind: "Pod", Namespace: namespace, Name: name,
			},
			Metric:    custom_metrics.MetricIdentifier{Name: metric},
			Timestamp: metav1.NewTime(sample.Timestamp.Time()),
			Value:     *resource.NewMilliQuantity(int64(value*1000), resource.DecimalSI),
		})
	}
	return found
}
