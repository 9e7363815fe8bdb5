package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// rewrite cuts the process in the OCI configuration file down to the limits.
func rewrite(file string, process bool, allowed limits) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	edited, err := edit(text, process, allowed)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, edited, 0o600)
}

// edit returns the configuration with its process cut down; everything else stays as it is.
func edit(text []byte, process bool, allowed limits) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // 64-bit numbers would lose digits as floats
	var config map[string]any
	if err := decoder.Decode(&config); err != nil {
		return nil, err
	}
	target := config
	if !process {
		target, _ = config["process"].(map[string]any)
	}
	if target != nil {
		cutCapabilities(target, allowed)
		cutRlimits(target, allowed)
		cutOOMScore(target, allowed)
	}
	return json.Marshal(config)
}

func cutCapabilities(process map[string]any, allowed limits) {
	sets, _ := process["capabilities"].(map[string]any)
	for kind, value := range sets {
		wanted, _ := value.([]any)
		kept := make([]any, 0, len(wanted))
		for _, capability := range wanted {
			if name, _ := capability.(string); allowed.capabilities[name] {
				kept = append(kept, name)
			}
		}
		sets[kind] = kept
	}
}

func cutRlimits(process map[string]any, allowed limits) {
	list, _ := process["rlimits"].([]any)
	for _, entry := range list {
		rlimit, _ := entry.(map[string]any)
		name, _ := rlimit["type"].(string)
		highest, limited := allowed.rlimits[name]
		if !limited {
			continue
		}
		for _, bound := range []string{"hard", "soft"} {
			number, _ := rlimit[bound].(json.Number)
			value, err := strconv.ParseUint(number.String(), 10, 64)
			if err != nil || value > highest {
				rlimit[bound] = highest
			}
		}
	}
}

func cutOOMScore(process map[string]any, allowed limits) {
	number, given := process["oomScoreAdj"].(json.Number)
	if !given {
		return
	}
	if value, err := number.Int64(); err == nil && value < allowed.oomScoreAdj {
		process["oomScoreAdj"] = allowed.oomScoreAdj
	}
}
