// Nodenet joins a node's Pods to the cluster's network: it writes the CNI configuration for the Pod range that
// Kubernetes gave the node, and keeps a route to every other node's range.
//
// It runs once on each node, in the node's own network, and expects NODE_NAME and the folder of CNI
// configurations as its argument. All nodes share one link, so a route by a node's address is enough.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// A route that somebody else removed (a link that was cut and came back) is put back within this time.
const resync = 10 * time.Second

func main() {
	if len(os.Args) != 2 || os.Getenv("NODE_NAME") == "" {
		fmt.Fprintln(os.Stderr, "usage: NODE_NAME=... nodenet CNI_FOLDER")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Getenv("NODE_NAME"), os.Args[1]); err != nil {
		slog.Error("nodenet ends", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name, folder string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	config.Dial = dial
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, resync)
	nodes := factory.Core().V1().Nodes()
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default: // one is waiting already, and it will see this change too
		}
	}
	_, err = nodes.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify() },
		UpdateFunc: func(any, any) { notify() },
		DeleteFunc: func(any) { notify() },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			if err := sync(nodes.Lister(), name, folder); err != nil {
				slog.Warn("will be tried again", "error", err)
			}
		}
	}
}

func sync(lister listers.NodeLister, name, folder string) error {
	nodes, err := lister.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if node.Name == name {
			err = writeConfiguration(folder, node.Spec.PodCIDR)
		} else {
			err = routeTo(node.Spec.PodCIDR, internalAddress(node))
		}
		if err != nil {
			return fmt.Errorf("node %s: %w", node.Name, err)
		}
	}
	return nil
}

func internalAddress(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}
