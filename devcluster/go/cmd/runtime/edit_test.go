package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var narrow = limits{
	capabilities: map[string]bool{"CAP_CHOWN": true, "CAP_KILL": true},
	rlimits:      map[string]uint64{"RLIMIT_NOFILE": 1024},
	oomScoreAdj:  0,
}

func edited(t *testing.T, text string, process bool) map[string]any {
	t.Helper()
	out, err := edit([]byte(text), process, narrow)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(out, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestCapabilitiesOutsideTheBoundingSetAreCut(t *testing.T) {
	config := edited(t, `{"process": {"capabilities": {
		"bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL"], "effective": ["CAP_SYS_RESOURCE"]}}}`, false)
	got := config["process"].(map[string]any)["capabilities"]
	want := map[string]any{"bounding": []any{"CAP_CHOWN", "CAP_KILL"}, "effective": []any{}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRlimitsAreCutToTheHardLimitAndUnknownOnesStay(t *testing.T) {
	config := edited(t, `{"rlimits": [
		{"type": "RLIMIT_NOFILE", "hard": 1048576, "soft": 512}, {"type": "RLIMIT_NEW", "hard": 5, "soft": 5}]}`, true)
	want := []any{
		map[string]any{"type": "RLIMIT_NOFILE", "hard": 1024.0, "soft": 512.0},
		map[string]any{"type": "RLIMIT_NEW", "hard": 5.0, "soft": 5.0},
	}
	if !reflect.DeepEqual(config["rlimits"], want) {
		t.Errorf("got %v, want %v", config["rlimits"], want)
	}
}

func TestTheOOMScoreIsRaisedToOurs(t *testing.T) {
	for given, want := range map[string]float64{"-998": 0, "0": 0, "500": 500} {
		config := edited(t, `{"oomScoreAdj": `+given+`}`, true)
		if config["oomScoreAdj"] != want {
			t.Errorf("%s became %v, want %v", given, config["oomScoreAdj"], want)
		}
	}
}

func TestEverythingElseStaysAsItIs(t *testing.T) {
	text := `{"linux":{"resources":{"memory":{"limit":9223372036854771712}}},"process":{"args":["sh"]}}`
	out, err := edit([]byte(text), false, narrow)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != text {
		t.Errorf("got %s", out)
	}
}

func TestABrokenConfigurationIsAnErrorThatNamesTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rewrite(file, false, narrow); err == nil {
		t.Error("no error")
	}
}

func TestWhichFileACallMakesRuncRead(t *testing.T) {
	cases := []struct {
		args    []string
		file    string
		process bool
	}{
		{[]string{"--root", "/r", "create", "--bundle", "/b", "id"}, "/b/config.json", false},
		{[]string{"run", "-b=/b", "id"}, "/b/config.json", false},
		{[]string{"create", "id"}, "config.json", false},
		{[]string{"exec", "--process", "/p.json", "id"}, "/p.json", true},
		{[]string{"exec", "id", "sh"}, "", true},
		{[]string{"state", "id"}, "", false},
	}
	for _, c := range cases {
		file, process := configuration(c.args)
		if file != c.file || process != c.process {
			t.Errorf("%v: got %q %v, want %q %v", c.args, file, process, c.file, c.process)
		}
	}
}

func TestTheMachineGrantsWhatItsKernelSays(t *testing.T) {
	found, err := machineLimits()
	if err != nil {
		t.Fatal(err)
	}
	if len(found.capabilities) != len(capabilityNames) {
		t.Errorf("%d capabilities", len(found.capabilities))
	}
	if !found.capabilities["CAP_SYS_RESOURCE"] && len(found.rlimits) != len(rlimitNames) {
		t.Errorf("%d rlimits", len(found.rlimits))
	}
}
