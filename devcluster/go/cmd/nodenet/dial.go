package main

import (
	"context"
	"net"
	"time"
)

// An answer comes within a millisecond where anybody listens: all nodes share one link.
const patience = 250 * time.Millisecond

// dial connects to the API server's Service as soon as kube-proxy has written its rules. What the kernel sent
// before is lost; left alone it would ask again after 1, 3 and 7 seconds, and every Pod waits for this network.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience}
	for {
		connection, err := dialer.DialContext(ctx, network, address)
		if err == nil || ctx.Err() != nil {
			return connection, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(patience / 10):
		}
	}
}
