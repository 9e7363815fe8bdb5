package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

const (
	fileName = "10-nodenet.conflist"
	bridge   = "cni0"
)

type object = map[string]any

// configuration is the chain of Debian's own CNI plugins for a node whose Pods get addresses of podCIDR.
func configuration(podCIDR string) ([]byte, error) {
	return json.MarshalIndent(object{
		"cniVersion": "1.0.0",
		"name":       "nodenet",
		"plugins": []object{
			{
				"type":        "bridge",
				"bridge":      bridge,
				"isGateway":   true,
				"ipMasq":      true,
				"hairpinMode": true,
				"ipam": object{
					"type":   "host-local",
					"ranges": [][]object{{{"subnet": podCIDR}}},
					"routes": []object{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}, "", "  ")
}

// writeConfiguration puts the configuration into the folder, whole or not at all; a node without a range has
// to wait for one.
func writeConfiguration(folder, podCIDR string) error {
	if podCIDR == "" {
		return nil
	}
	wanted, err := configuration(podCIDR)
	if err != nil {
		return err
	}
	file := filepath.Join(folder, fileName)
	if present, err := os.ReadFile(file); err == nil && bytes.Equal(present, wanted) {
		return nil
	}
	// containerd reads every .conflist, so the unfinished file has another ending.
	fresh := file + ".part"
	if err := os.WriteFile(fresh, wanted, 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
