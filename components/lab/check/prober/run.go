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
	// A round that brings something new shows that packets get lost, so another follows, up to this many.
	maxRounds = 5
	// For a socket that takes no more: its buffer empties as the packets go.
	maxBlocked = 5 * time.Second

	// Above the ports that systems give to clients, so that no probe meets a real connection.
	firstSourcePort = 61000
	lowestPort      = 1024
	ports           = 65536
)

type run struct {
	mark
	settle     time.Duration
	probes     []probe // of all phases; an index here is the id
	arrived    []bool
	answered   []bool
	news       int // arrivals and answers so far
	namespaces []*namespace
	receivers  []receiver
	epoll      int
	buffer     []byte
}

func check(in input) (output, error) {
	r := &run{settle: in.settle(), buffer: make([]byte, 65536)}
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
	if err := assignSourcePorts(r.probes, int(now/50)); err != nil {
		return output{}, err
	}
	if err := r.open(in.Netns, in.Hosts); err != nil {
		return output{}, err
	}

	out := output{Arrived: []string{}, Answered: []string{}}
	first := 0
	for _, phase := range in.Phases {
		last := first + len(phase)
		if err := r.phase(first, last); err != nil {
			return output{}, err
		}
		arrived, answered := r.report(first, last)
		out.Arrived = append(out.Arrived, arrived)
		out.Answered = append(out.Answered, answered)
		first = last
	}
	return out, nil
}

// assignSourcePorts makes each flow unique and none the reverse of another, which a firewall would call established.
func assignSourcePorts(probes []probe, start int) error {
	isDestination := map[uint16]bool{}
	for _, p := range probes {
		isDestination[p.port] = true
	}
	free := freePorts(isDestination, firstSourcePort, ports, start)
	if len(free) == 0 {
		free = freePorts(isDestination, lowestPort, firstSourcePort, start)
	}
	if len(free) == 0 {
		return errors.New("no port is left to send from, for every one is sent to")
	}
	used := map[probe]int{}
	for i, p := range probes {
		if p.hasPorts() {
			probes[i].sourcePort = free[used[p]%len(free)]
			used[p]++
		}
	}
	return nil
}

func freePorts(taken map[uint16]bool, from, below, start int) (free []uint16) {
	for i := range below - from {
		port := uint16(from + (start+i)%(below-from))
		if !taken[port] {
			free = append(free, port)
		}
	}
	return free
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
	r.namespaces = make([]*namespace, len(hosts))
	var needed []*namespace
	var missing []error
	for i, host := range hosts {
		if !sends[i] && receives[i] == [256]bool{} {
			continue
		}
		n, err := openNamespace(folder, host)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		n.index = i
		r.namespaces[i] = n
		needed = append(needed, n)
	}
	if len(missing) > 0 {
		return errors.Join(missing...)
	}

	return within(needed, func(n *namespace) error {
		var err error
		if sends[n.index] {
			if n.sender, err = openSender(); err != nil {
				return err
			}
		}
		for protocol, wanted := range receives[n.index] {
			if !wanted {
				continue
			}
			fd, err := openReceiver(uint8(protocol), r.mark)
			if err != nil {
				return err
			}
			event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(r.receivers))}
			if err := syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
				return err
			}
			r.receivers = append(r.receivers, receiver{fd: fd, host: n.index})
		}
		return nil
	})
}

// phase sends the probes, and then again what is missing: the first packets to a neighbour may wait for its address,
// and the kernel keeps few of them.
func (r *run) phase(first, last int) error {
	for range maxRounds {
		before := r.news
		if err := r.send(first, last); err != nil {
			return err
		}
		if err := r.wait(); err != nil {
			return err
		}
		if r.news == before {
			return nil
		}
	}
	return nil
}

func (r *run) send(first, last int) error {
	sent := 0
	for id := first; id < last; id++ {
		p := r.probes[id]
		if r.arrived[id] && (r.answered[id] || !p.hasAnswer()) {
			continue
		}
		if err := r.sendOne(id, p); err != nil {
			return err
		}
		if sent++; sent%batch == 0 {
			if err := r.receive(0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) sendOne(id int, p probe) error {
	packet := r.packet(id, p)
	to := &syscall.SockaddrInet4{Addr: p.dst}
	deadline := time.Now().Add(maxBlocked)
	for {
		err := syscall.Sendto(r.namespaces[p.from].sender, packet, 0, to)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.EINTR):
			if time.Now().After(deadline) {
				return fmt.Errorf("%s cannot send: %w", r.namespaces[p.from].host, err)
			}
			if err := r.receive(time.Millisecond); err != nil {
				return err
			}
		case refusesPacket(err):
			return nil
		default:
			return fmt.Errorf("%s cannot send: %w", r.namespaces[p.from].host, err)
		}
	}
}

// refusesPacket tells that the sender's own kernel stops a packet: so it does not arrive.
func refusesPacket(err error) bool {
	for _, refusal := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// wait returns when nothing of this run has come for the time in which packets settle.
func (r *run) wait() error {
	deadline := time.Now().Add(r.settle)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return nil
		}
		before := r.news
		if err := r.receive(left); err != nil {
			return err
		}
		if r.news != before {
			deadline = time.Now().Add(r.settle)
		}
	}
}

// receive takes in all that has come, and waits for the first packet no longer than this.
func (r *run) receive(patience time.Duration) error {
	events := make([]syscall.EpollEvent, batch)
	timeout := int((patience + time.Millisecond - 1) / time.Millisecond)
	for {
		count, err := syscall.EpollWait(r.epoll, events, timeout)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || count == 0 {
			return err
		}
		timeout = 0
		for _, event := range events[:count] {
			if err := r.drain(r.receivers[event.Fd]); err != nil {
				return err
			}
		}
	}
}

func (r *run) drain(from receiver) error {
	for {
		size, _, err := syscall.Recvfrom(from.fd, r.buffer, 0)
		switch {
		case err == nil:
			r.note(r.buffer[:size], from.host)
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return nil
		default:
			return err
		}
	}
}

func (r *run) note(packet []byte, host int) {
	id, answer, ok := r.match(packet, host, r.probes)
	if !ok {
		return
	}
	noted := r.arrived
	if answer {
		noted = r.answered
	}
	if !noted[id] {
		noted[id] = true
		r.news++
	}
}

func (r *run) report(first, last int) (arrived, answered string) {
	a, b := make([]byte, 0, last-first), make([]byte, 0, last-first)
	digit := map[bool]byte{false: '0', true: '1'}
	for id := first; id < last; id++ {
		a = append(a, digit[r.arrived[id]])
		if r.probes[id].hasAnswer() {
			b = append(b, digit[r.answered[id]])
		} else {
			b = append(b, '-')
		}
	}
	return string(a), string(b)
}
