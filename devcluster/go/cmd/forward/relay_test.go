package main

import (
	"errors"
	"io"
	"net"
	"testing"
)

// listen returns a listener on a free port of the loopback, closed when the test ends.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestBothDirectionsAndTheEndOfOneAreRelayed(t *testing.T) {
	server, front := listen(t), listen(t)
	go func() {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		// Answers only after the client has said all, so this needs the half-close.
		said, _ := io.ReadAll(conn)
		conn.Write(append([]byte("you said "), said...))
	}()
	go serve(front, func() (net.Conn, error) { return net.Dial("tcp", server.Addr().String()) })

	client, err := net.Dial("tcp", front.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.Write([]byte("hello"))
	client.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(client)
	if err != nil || string(answer) != "you said hello" {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestAClientOfADeadTargetIsHungUpOnAndTheNextOneServed(t *testing.T) {
	front := listen(t)
	attempts := make(chan struct{}, 2)
	go serve(front, func() (net.Conn, error) {
		attempts <- struct{}{}
		return nil, errors.New("connection refused")
	})
	for range 2 {
		client, err := net.Dial("tcp", front.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(client); err != nil || len(answer) != 0 {
			t.Errorf("got %q, %v", answer, err)
		}
		client.Close()
		<-attempts
	}
}

func TestAMissingNamespaceIsAnError(t *testing.T) {
	if _, err := newDialer("/run/netns/there-is-none"); err == nil {
		t.Error("no error")
	}
}

func TestARuleWithoutATargetIsAnError(t *testing.T) {
	if err := run("/proc/self/ns/net", []string{"127.0.0.1:0"}); err == nil {
		t.Error("no error")
	}
}
