// Kube is every Kubernetes program and etcd in one binary, which picks by the name it is called by.
//
// One binary shares the code that the programs have in common: it is linked once, stored once in a
// component image and compiled once. Called as "kube NAME ARGS..." it does the same as "NAME ARGS...".
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	// Schedules of CronJobs name time zones, and neither a component image nor every host has their table.
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

const usageExit = 2

var programs = map[string]func() int{
	"etcd":                    runEtcd,
	"kube-apiserver":          command(apiserver.NewAPIServerCommand),
	"kube-controller-manager": command(controllermanager.NewControllerManagerCommand),
	"kube-proxy":              command(proxy.NewProxyCommand),
	"kube-scheduler":          command(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubeadm":                 runKubeadm,
	"kubectl":                 command(kubectl.NewDefaultKubectlCommand),
	"kubelet":                 command(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
}

func main() {
	name, args := pick(os.Args)
	run, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "kube: no program %q; one of %s\n", name, strings.Join(names(), ", "))
		os.Exit(usageExit)
	}
	// The commands read their arguments from os.Args.
	os.Args = args
	os.Exit(run())
}

// pick returns the program's name and its arguments, the name first.
func pick(args []string) (string, []string) {
	name := filepath.Base(args[0])
	if _, known := programs[name]; !known && len(args) > 1 {
		return args[1], args[1:]
	}
	return name, args
}

func names() []string {
	list := make([]string, 0, len(programs))
	for name := range programs {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func command(build func() *cobra.Command) func() int {
	return func() int { return cli.Run(build()) }
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func runKubeadm() int {
	if err := kubeadm.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
