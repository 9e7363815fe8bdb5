package main

import (
	"fmt"
	"net"
	"runtime"
	"time"

	"github.com/vishvananda/netns"
)

const dialTimeout = 5 * time.Second

type request struct {
	target string
	answer chan<- answer
}

type answer struct {
	conn net.Conn
	err  error
}

// dialer opens connections from inside another network namespace. A namespace belongs to a thread: one
// goroutine keeps a thread of its own there for ever and makes the sockets, which stay in the namespace
// that they were made in whoever uses them.
type dialer struct{ requests chan request }

func newDialer(namespace string) (*dialer, error) {
	handle, err := netns.GetFromPath(namespace)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", namespace, err)
	}
	defer handle.Close()
	d := &dialer{requests: make(chan request)}
	entered := make(chan error)
	go d.loop(handle, entered)
	return d, <-entered
}

func (d *dialer) loop(namespace netns.NsHandle, entered chan<- error) {
	// Never unlocked: a thread that has left its namespace must not serve another goroutine.
	runtime.LockOSThread()
	err := netns.Set(namespace)
	entered <- err
	if err != nil {
		return
	}
	for wanted := range d.requests {
		conn, err := net.DialTimeout("tcp", wanted.target, dialTimeout)
		wanted.answer <- answer{conn, err}
	}
}

func (d *dialer) dial(target string) (net.Conn, error) {
	reply := make(chan answer, 1)
	d.requests <- request{target, reply}
	got := <-reply
	return got.conn, got.err
}
