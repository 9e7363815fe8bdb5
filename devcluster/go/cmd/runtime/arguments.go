package main

import (
	"path/filepath"
	"strings"
)

// configuration returns the file that the call makes runc read, and whether it holds a process alone (exec)
// rather than a whole container (create, run, restore). The file is empty for every other call.
func configuration(args []string) (file string, process bool) {
	for _, arg := range args {
		switch arg {
		case "create", "run", "restore":
			bundle := option(args, "--bundle", "-b")
			return filepath.Join(bundle, "config.json"), false
		case "exec":
			return option(args, "--process", "-p"), true
		}
	}
	return "", false
}

// option returns the value of the first of the names that is given, as "--name value" or "--name=value".
func option(args []string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if value, found := strings.CutPrefix(arg, name+"="); found {
				return value
			}
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
		}
	}
	return ""
}
