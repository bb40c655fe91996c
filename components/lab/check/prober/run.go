package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"
)

const (
	// Even where every packet of a batch lands in one socket, the smallest usual buffer (212992 bytes) holds them.
	batch = 64
	// A round of resending that brings something new shows that packets get lost, so another follows, up to this many.
	maxRounds = 10
	// For all ARP answers of a run together: a proxy may delay each for a second, a dead neighbour never answers.
	maxResolving = 2500 * time.Millisecond
	maxBlocked   = 5 * time.Second

	// Above the ports that systems give to clients, so that no probe meets a real connection.
	firstSourcePort = 61000
	sourcePorts     = 65536 - firstSourcePort
)

type run struct {
	mark
	settle     time.Duration
	resolving  time.Duration // what is left of maxResolving
	probes     []probe       // of all phases; an index here is the id
	arrived    []bool
	answered   []bool
	news       int // arrivals and answers so far
	namespaces []*namespace // nil where no probe starts or ends
	receivers  []socket
	epoll      int
	buffer     []byte
}

func check(in input) (output, error) {
	r := &run{settle: in.settle(), resolving: maxResolving, buffer: make([]byte, 65536)}
	for _, phase := range in.Phases {
		r.probes = append(r.probes, phase...)
	}
	r.arrived = make([]bool, len(r.probes))
	r.answered = make([]bool, len(r.probes))

	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return output{}, err
	}
	now := time.Now().UnixMilli()
	// By the time: at random, a flow of an earlier run could recur that a firewall still calls established.
	r.mark = mark{nonce: binary.BigEndian.Uint64(random[:]), echo: uint16(now)}
	assignSourcePorts(r.probes, int(now/50))

	if err := r.open(in.Netns, in.Hosts); err != nil {
		return output{}, err
	}

	out := output{Arrived: []string{}, Answered: []string{}}
	first := 0
	for i, phase := range in.Phases {
		if err := r.phase(first, first+len(phase)); err != nil {
			return output{}, fmt.Errorf("phases[%d]: %w", i, err)
		}
		arrived, answered := r.report(first, first+len(phase))
		out.Arrived = append(out.Arrived, arrived)
		out.Answered = append(out.Answered, answered)
		first += len(phase)
	}
	return out, nil
}

// assignSourcePorts makes each flow unique and none the reverse of another, which a firewall would call established.
func assignSourcePorts(probes []probe, start int) {
	destinations := map[uint16]bool{}
	for _, p := range probes {
		destinations[p.port] = true
	}
	var free []uint16
	for i := range sourcePorts {
		port := uint16(firstSourcePort + (start+i)%sourcePorts)
		if !destinations[port] {
			free = append(free, port)
		}
	}
	if len(free) == 0 {
		return // every port is a destination
	}
	used := map[probe]int{}
	for i, p := range probes {
		if p.hasPorts() {
			probes[i].sourcePort = free[used[p]%len(free)]
			used[p]++
		}
	}
}

// open opens the sockets that the probes need; a socket stays in the namespace in which it was opened.
func (r *run) open(folder string, hosts []string) error {
	sends := make([]bool, len(hosts))
	receives := make([][256]bool, len(hosts))
	for _, p := range r.probes {
		sends[p.from] = true
		receives[p.to][p.protocol] = true
		if p.hasAnswer() {
			receives[p.from][p.protocol] = true
		}
	}

	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	r.epoll = epoll

	...
}
