// Forward brings TCP ports of the host's loopback into another network namespace.
//
//	forward NAMESPACE_FILE LISTEN=TARGET...
//
// It listens on LISTEN in its own namespace and connects to TARGET inside the other one. The private Docker
// engine lives in such a namespace, so without this nothing that it publishes could be reached.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const usageExit = 2

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: forward NAMESPACE_FILE LISTEN=TARGET...")
		os.Exit(usageExit)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "forward:", err)
		os.Exit(1)
	}
}

func run(namespace string, rules []string) error {
	dial, err := newDialer(namespace)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		listen, target, found := strings.Cut(rule, "=")
		if !found {
			return fmt.Errorf("%q is not LISTEN=TARGET", rule)
		}
		listener, err := net.Listen("tcp", listen)
		if err != nil {
			return err
		}
		fmt.Printf("%s -> %s\n", listener.Addr(), target)
		go serve(listener, func() (net.Conn, error) { return dial.dial(target) })
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	return nil
}
