package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
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
