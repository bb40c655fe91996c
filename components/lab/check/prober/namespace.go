package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// The syscall package has no SYS_SETNS for amd64.
var setns = map[string]uintptr{"amd64": 308, "arm64": 268}[runtime.GOARCH]

// namespace is the network namespace of one host.
type namespace struct {
	host   string
	file   *os.File
	sender int // raw socket, 0 where none is needed
	index  int // among the hosts
}

// receiver gets all packets of one protocol that one host accepts.
type receiver struct {
	fd   int
	host int
}

func openNamespace(folder, host string) (*namespace, error) {
	file, err := os.Open(filepath.Join(folder, host))
	if err != nil {
		return nil, fmt.Errorf("host %s has no network namespace: %w", host, err)
	}
	return &namespace{host: host, file: file}, nil
}

// within calls do for each namespace on a thread that has entered it.
func within(namespaces []*namespace, do func(*namespace) error) error {
	if setns == 0 {
		return fmt.Errorf("cannot enter network namespaces on %s, only on amd64 and arm64", runtime.GOARCH)
	}
	done := make(chan error)
	go func() {
		// Never unlocked: so the thread ends with the goroutine and no other inherits the namespace.
		runtime.LockOSThread()
		var failed []error
		for _, n := range namespaces {
			if _, _, code := syscall.Syscall(setns, n.file.Fd(), syscall.CLONE_NEWNET, 0); code != 0 {
				failed = append(failed, fmt.Errorf("host %s: cannot enter network namespace %s: %w%s", n.host, n.file.Name(), code, hint(code)))
			} else if err := do(n); err != nil {
				failed = append(failed, fmt.Errorf("host %s: %w", n.host, err))
			}
		}
		done <- errors.Join(failed...)
	}()
	return <-done
}

func hint(err error) string {
	switch {
	case errors.Is(err, syscall.EPERM):
		return " (needs CAP_SYS_ADMIN and CAP_NET_RAW over the lab: start it inside the lab's user namespace, or as root)"
	case errors.Is(err, syscall.EINVAL):
		return " (the file is no network namespace)"
	}
	return ""
}

// openSender opens a socket that takes whole packets, their IPv4 header and any source address included.
func openSender() (int, error) {
	return rawSocket(syscall.IPPROTO_RAW)
}

func openReceiver(protocol uint8, m mark) (int, error) {
	fd, err := rawSocket(int(protocol))
	if err != nil {
		return 0, err
	}
	if err := syscall.AttachLsf(fd, filter(protocol, m)); err != nil {
		return 0, fmt.Errorf("cannot filter a raw socket of protocol %d: %w", protocol, err)
	}
	return fd, nil
}

func rawSocket(protocol int) (int, error) {
	const kind = syscall.SOCK_RAW | syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC
	fd, err := syscall.Socket(syscall.AF_INET, kind, protocol)
	if err != nil {
		return 0, fmt.Errorf("raw socket of protocol %d refused: %w%s", protocol, err, hint(err))
	}
	// The more the better; what the kernel allows suffices, for run.send pauses to read.
	for _, option := range []int{syscall.SO_RCVBUF, syscall.SO_SNDBUF} {
		_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, option, 4<<20)
	}
	return fd, nil
}

// filter keeps a busy host's own traffic out of the receive buffer; mark.match then looks closely.
func filter(protocol uint8, m mark) []syscall.SockFilter {
	const (
		headerLength = syscall.BPF_LDX | syscall.BPF_B | syscall.BPF_MSH
		loadWord     = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_IND
		loadByte     = syscall.BPF_LD | syscall.BPF_B | syscall.BPF_IND
		ifEqual      = syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K
		ifAnyBit     = syscall.BPF_JMP | syscall.BPF_JSET | syscall.BPF_K
		yield        = syscall.BPF_RET | syscall.BPF_K
	)
	load, offset, test, operand := loadWord, tokenAt(protocol), ifEqual, uint32(m.nonce>>32)
	if protocol == tcp {
		load, offset, test, operand = loadByte, 13, ifAnyBit, flagSYN|flagRST
	}
	return []syscall.SockFilter{
		{Code: headerLength, K: 0},
		{Code: uint16(load), K: uint32(offset)},
		{Code: uint16(test), Jf: 1, K: operand},
		{Code: yield, K: 0xffff},
		{Code: yield, K: 0},
	}
}
