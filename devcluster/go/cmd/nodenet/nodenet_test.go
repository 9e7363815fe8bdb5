package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheConfigurationHasTheNodesRange(t *testing.T) {
	folder := t.TempDir()
	if err := writeConfiguration(folder, "10.244.1.0/24"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, fileName))
	if err != nil {
		t.Fatal(err)
	}
	var written struct {
		Plugins []struct {
			Type string
			IPAM struct{ Ranges [][]struct{ Subnet string } }
		}
	}
	if err := json.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	if got := written.Plugins[0].IPAM.Ranges[0][0].Subnet; got != "10.244.1.0/24" {
		t.Errorf("subnet %q", got)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestTheSameConfigurationIsNotWrittenAgain(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, fileName)
	if err := writeConfiguration(folder, "10.244.1.0/24"); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(file)
	if err := writeConfiguration(folder, "10.244.1.0/24"); err != nil {
		t.Fatal(err)
	}
	after, _ := os.Stat(file)
	if !os.SameFile(before, after) {
		t.Error("the file was replaced")
	}
}

func TestANodeWithoutARangeWaits(t *testing.T) {
	folder := t.TempDir()
	if err := writeConfiguration(folder, ""); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("%d files were written", len(entries))
	}
}

func TestARouteGoesByTheNodesAddress(t *testing.T) {
	route, err := routeFor("10.244.2.0/24", "172.18.0.3")
	if err != nil {
		t.Fatal(err)
	}
	if route.Dst.String() != "10.244.2.0/24" || route.Gw.String() != "172.18.0.3" {
		t.Errorf("got %v by %v", route.Dst, route.Gw)
	}
	for _, wrong := range [][2]string{{"10.244.2.0", "172.18.0.3"}, {"10.244.2.0/24", "node"}} {
		if _, err := routeFor(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v is no error", wrong)
		}
	}
}

func TestDialTriesUntilSomebodyListens(t *testing.T) {
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().String()
	reserved.Close()
	refused := make(chan struct{})
	go func() {
		<-refused
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		defer listener.Close()
		if connection, err := listener.Accept(); err == nil {
			connection.Close()
		}
	}()
	if _, err := net.Dial("tcp", address); err == nil {
		t.Fatal("somebody listens already")
	}
	close(refused)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, err := dial(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	connection.Close()
}

func TestDialEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), patience/5)
	defer cancel()
	// Port 1 of the loopback: nobody listens there.
	if _, err := dial(ctx, "tcp", "127.0.0.1:1"); err == nil {
		t.Error("connected to nobody")
	}
}
