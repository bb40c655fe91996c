// Command prober sends real packets between the network namespaces of a lab and reports which arrived.
// It reads one JSON object on stdin and writes one on stdout, see input and output.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type input struct {
	SettleMillis int       `json:"settleMillis"` // silence after which a packet no longer arrives
	Netns        string    `json:"netns"`        // folder of the network namespaces, one a host
	Hosts        []string  `json:"hosts"`
	Phases       [][]probe `json:"phases"` // a phase starts when the one before has settled
}

// output has one string a phase and in it one character a probe.
type output struct {
	Arrived  []string `json:"arrived"`  // 1 the receiving host accepted it, 0 not
	Answered []string `json:"answered"` // 1 the sender got the answer, 0 not, - where none is expected
	Millis   int64    `json:"millis"`
}

const (
	patience      = time.Minute // for all but settling: reading, setting up, sending
	maxComplaints = 20
)

func main() {
	started := time.Now()
	overdue := time.AfterFunc(patience, func() {
		fmt.Fprintln(os.Stderr, "prober: gave up, this took longer than its phases can; is stdin open or a namespace stuck?")
		os.Exit(1)
	})

	in, err := read(os.Stdin)
	if err != nil {
		fail(2, err)
	}
	overdue.Reset(patience + time.Duration(len(in.Phases)*2*maxRounds)*in.settle())

	out, err := check(in)
	if err != nil {
		fail(1, err)
	}
	out.Millis = time.Since(started).Milliseconds()
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fail(1, err)
	}
}

func fail(code int, err error) {
	fmt.Fprintln(os.Stderr, "prober: "+strings.ReplaceAll(err.Error(), "\n", "\nprober: "))
	os.Exit(code)
}

func (in input) settle() time.Duration {
	return time.Duration(in.SettleMillis) * time.Millisecond
}

// read takes the input whole or names all that is wrong in it.
func read(from io.Reader) (input, error) {
	in := input{SettleMillis: 100, Netns: "/run/netns"}
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, fmt.Errorf("bad input: %w", err)
	}

	var wrong []error
	complain := func(format string, values ...any) {
		wrong = append(wrong, fmt.Errorf("bad input: "+format, values...))
	}
	if in.SettleMillis < 1 || in.SettleMillis > 10_000 {
		complain("settleMillis is %d, allowed are 1 to 10000", in.SettleMillis)
	}
	for i, host := range in.Hosts {
		if host == "" || host == "." || host == ".." || filepath.Base(host) != host {
			complain("hosts[%d] is %q, allowed is the name of a file in %s", i, host, in.Netns)
		}
	}
	for i, phase := range in.Phases {
		for j, p := range phase {
			if err := p.validate(len(in.Hosts)); err != nil {
				complain("phases[%d][%d]: %w", i, j, err)
			}
		}
	}
	if more := len(wrong) - maxComplaints; more > 0 {
		wrong = append(wrong[:maxComplaints], fmt.Errorf("bad input: and %d more", more))
	}
	return in, errors.Join(wrong...)
}

// UnmarshalJSON reads [fromIndex, "source", toIndex, "destination", protocol, port].
func (p *probe) UnmarshalJSON(data []byte) error {
	var src, dst netip.Addr
	p.from, p.to = -1, -1
	tuple := []any{&p.from, &src, &p.to, &dst, &p.protocol, &p.port}
	if err := json.Unmarshal(data, &tuple); err != nil {
		return fmt.Errorf("probe %s: %w", data, err)
	}
	if len(tuple) != 6 || !src.Is4() || !dst.Is4() {
		return fmt.Errorf(`probe %s: want [from, "IPv4 source", to, "IPv4 destination", protocol, port]`, data)
	}
	p.src, p.dst = src.As4(), dst.As4()
	return nil
}

func (p probe) validate(hosts int) error {
	switch {
	case p.from < 0 || p.from >= hosts || p.to < 0 || p.to >= hosts:
		return fmt.Errorf("from %d and to %d must be indices of the %d hosts", p.from, p.to, hosts)
	case p.protocol == 0 || p.protocol == 255:
		return fmt.Errorf("protocol is %d, raw sockets receive 1 to 254", p.protocol)
	case p.hasPorts() != (p.port != 0):
		return fmt.Errorf("protocol %d with port %d: TCP (6) and UDP (17) need a port, with all others it must be 0", p.protocol, p.port)
	}
	return nil
}
