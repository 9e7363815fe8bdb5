// Runtime is an OCI runtime that hands every call to runc, after cutting from the container's configuration
// what this machine cannot grant: capabilities outside the bounding set, rlimits above the hard limit and
// an OOM score below our own. Where the machine grants everything, the configuration stays as it is.
//
// Without it, runc refuses a privileged container on a machine whose bounding set lacks a capability.
package main

import (
	"fmt"
	"os"
	"syscall"
)

// runc is looked for here unless DEVCLUSTER_RUNC names another.
const defaultRunc = "/usr/sbin/runc"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "devcluster runtime:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if file, process := configuration(args); file != "" {
		limits, err := machineLimits()
		if err != nil {
			return err
		}
		if err := rewrite(file, process, limits); err != nil {
			return err
		}
	}
	runc := os.Getenv("DEVCLUSTER_RUNC")
	if runc == "" {
		runc = defaultRunc
	}
	return syscall.Exec(runc, append([]string{runc}, args...), os.Environ())
}
