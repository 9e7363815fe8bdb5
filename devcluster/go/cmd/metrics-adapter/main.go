// Metrics-adapter gives the HorizontalPodAutoscaler what Prometheus knows of Pods, as custom.metrics.k8s.io.
//
// It stands in for prometheus-adapter, whose module cannot be had from the Go module proxy. It reads the part of
// that adapter's rules that figures of Pods need, so that a rule which works here works there.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	promapi "github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"k8s.io/component-base/logs"
	"k8s.io/klog/v2"
	basecmd "sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
)

func main() {
	logs.InitLogs()
	defer logs.FlushLogs()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args); err != nil {
		klog.Fatalf("metrics-adapter ends: %v", err)
	}
}

func run(ctx context.Context, arguments []string) error {
	adapter := &basecmd.AdapterBase{Name: "metrics-adapter"}
	address := adapter.Flags().String("prometheus-url", "", "where Prometheus answers")
	file := adapter.Flags().String("config", "", "rules, as prometheus-adapter reads them")
	if err := adapter.Flags().Parse(arguments); err != nil {
		return err
	}
	rules, err := readRules(*file)
	if err != nil {
		return err
	}
	client, err := promapi.NewClient(promapi.Config{Address: *address})
	if err != nil {
		return fmt.Errorf("--prometheus-url: %w", err)
	}
	cluster, err := adapter.DynamicClient()
	if err != nil {
		return err
	}
	pods := cluster.Resource(podResource.WithVersion("v1"))
	adapter.WithCustomMetrics(&podMetrics{rules: rules, prometheus: promv1.NewAPI(client), pods: pods})
	return adapter.Run(ctx)
}
