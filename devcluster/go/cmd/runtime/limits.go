package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// capabilityNames is in the kernel's order (include/uapi/linux/capability.h): the index is the bit.
var capabilityNames = strings.Fields(`
	CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
	NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
	SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
	AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
	PERFMON BPF CHECKPOINT_RESTORE`)

// rlimitNames is in the order of the kernel's resource numbers (include/uapi/asm-generic/resource.h).
var rlimitNames = strings.Fields(
	"CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME")

// limits is what a process of this machine can be given.
type limits struct {
	capabilities map[string]bool   // by OCI name, such as CAP_CHOWN
	rlimits      map[string]uint64 // hard limits by OCI name, such as RLIMIT_NOFILE
	oomScoreAdj  int64             // the lowest value that may be set
}

func machineLimits() (limits, error) {
	bounding, err := boundingSet()
	if err != nil {
		return limits{}, err
	}
	score, err := oomScoreAdj()
	if err != nil {
		return limits{}, err
	}
	found := limits{capabilities: map[string]bool{}, rlimits: map[string]uint64{}, oomScoreAdj: score}
	for bit, name := range capabilityNames {
		found.capabilities["CAP_"+name] = bounding&(1<<bit) != 0
	}
	for resource, name := range rlimitNames {
		var current syscall.Rlimit
		if err := syscall.Getrlimit(resource, &current); err != nil {
			return limits{}, fmt.Errorf("read RLIMIT_%s: %w", name, err)
		}
		found.rlimits["RLIMIT_"+name] = current.Max
	}
	// With CAP_SYS_RESOURCE a process may raise its limits and lower its score as it likes.
	if found.capabilities["CAP_SYS_RESOURCE"] {
		found.rlimits, found.oomScoreAdj = nil, -1000
	}
	return found, nil
}

func boundingSet() (uint64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "CapBnd:"); found {
			return strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		}
	}
	return 0, fmt.Errorf("/proc/self/status names no bounding set")
}

func oomScoreAdj() (int64, error) {
	text, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}
