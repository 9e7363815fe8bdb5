package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// serve relays every connection of the listener to one of its own, until the listener is closed.
func serve(listener net.Listener, dial func() (net.Conn, error)) {
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "forward: accept:", err)
			continue
		}
		go func() {
			defer client.Close()
			server, err := dial()
			if err != nil {
				fmt.Fprintln(os.Stderr, "forward:", err)
				return
			}
			defer server.Close()
			relay(client, server)
		}()
	}
}

// relay copies both ways until both sides have said all; one side's end is passed on as a half-close.
func relay(client, server net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyAndClose(server, client)
	}()
	copyAndClose(client, server)
	<-done
}

func copyAndClose(to, from net.Conn) {
	// An error here is the end of the connection, which is what the close below tells the other side.
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
