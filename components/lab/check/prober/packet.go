package main

import (
	"encoding/binary"
)

const (
	icmp = 1
	ipip = 4
	tcp  = 6
	udp  = 17

	experiment = 253 // RFC 3692: for use in experiments, no kernel handles it
)

const (
	ipv4Length = 20
	portLength = 8 // the header of UDP and of ICMP echo

	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10

	echoReply   = 0
	echoRequest = 8
)

// probe is one packet to send; from and to are indices of hosts.
type probe struct {
	from, to         int
	src, dst         [4]byte
	protocol         uint8
	sourcePort, port uint16
}

func (p probe) hasPorts() bool {
	return p.protocol == tcp || p.protocol == udp
}

func (p probe) hasAnswer() bool {
	return p.protocol == tcp || p.protocol == icmp
}

// mark makes the packets of one run its own: those of an earlier or a parallel run do not match it.
type mark struct {
	nonce uint64
	echo  uint16 // the identifier of ICMP echo requests
}

func (m mark) timestamp() uint32 { return uint32(m.nonce) }
func (m mark) sequence() uint32  { return uint32(m.nonce >> 32) } // of probe 0

// packet builds the whole IPv4 packet of the probe with this id.
func (m mark) packet(id int, p probe) []byte {
	token := binary.BigEndian.AppendUint64(nil, m.nonce)
	token = binary.BigEndian.AppendUint32(token, uint32(id))

	var body []byte
	switch p.protocol {
	case tcp:
		body = binary.BigEndian.AppendUint16(body, p.sourcePort)
		body = binary.BigEndian.AppendUint16(body, p.port)
		body = binary.BigEndian.AppendUint32(body, m.sequence()+uint32(id))
		body = append(body, 0, 0, 0, 0, 8<<4, flagSYN, 0xff, 0xff, 0, 0, 0, 0)
		body = append(body, 1, 1, 8, 10) // two no-ops, then the timestamps option
		body = binary.BigEndian.AppendUint32(body, m.timestamp())
		body = append(body, 0, 0, 0, 0)
		binary.BigEndian.PutUint16(body[16:], checksum(pseudoHeader(p, len(body)), body))
	case udp:
		body = binary.BigEndian.AppendUint16(body, p.sourcePort)
		body = binary.BigEndian.AppendUint16(body, p.port)
		body = binary.BigEndian.AppendUint16(body, uint16(portLength+len(token)))
		body = append(body, 0, 0)
		body = append(body, token...)
		sum := checksum(pseudoHeader(p, len(body)), body)
		if sum == 0 {
			sum = 0xffff // 0 would say that there is none
		}
		binary.BigEndian.PutUint16(body[6:], sum)
	case icmp:
		body = append(body, echoRequest, 0, 0, 0)
		body = binary.BigEndian.AppendUint16(body, m.echo)
		body = binary.BigEndian.AppendUint16(body, uint16(id))
		body = append(body, token...)
		binary.BigEndian.PutUint16(body[2:], checksum(body))
	case ipip:
		body = ipv4(p.src, p.dst, experiment, id, token)
	default:
		// The zeros are a plain header of GRE (47): connection tracking calls what it cannot parse invalid.
		body = append(make([]byte, portLength), token...)
	}
	return ipv4(p.src, p.dst, p.protocol, id, body)
}

func ipv4(src, dst [4]byte, protocol uint8, id int, body []byte) []byte {
	packet := make([]byte, ipv4Length, ipv4Length+len(body))
	packet[0] = 4<<4 | ipv4Length/4
	binary.BigEndian.PutUint16(packet[2:], uint16(ipv4Length+len(body)))
	binary.BigEndian.PutUint16(packet[4:], uint16(id))
	packet[6] = 0x40 // do not fragment
	packet[8] = 64
	packet[9] = protocol
	copy(packet[12:], src[:])
	copy(packet[16:], dst[:])
	binary.BigEndian.PutUint16(packet[10:], checksum(packet))
	return append(packet, body...)
}

func pseudoHeader(p probe, length int) []byte {
	header := append(p.src[:], p.dst[:]...)
	return append(header, 0, p.protocol, byte(length>>8), byte(length))
}

// checksum is that of RFC 1071; all parts but the last must have an even length.
func checksum(parts ...[]byte) uint16 {
	var sum uint32
	for _, part := range parts {
		for ; len(part) > 1; part = part[2:] {
			sum += uint32(part[0])<<8 | uint32(part[1])
		}
		if len(part) == 1 {
			sum += uint32(part[0]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// tokenAt is where in the body of a packet the token starts; TCP has none.
func tokenAt(protocol uint8) int {
	if protocol == ipip {
		return ipv4Length
	}
	return portLength
}

// match says which probe's arrival, or whose answer, the packet is that this host received.
// An arrival may have other addresses and ports than were sent, for a gateway may translate them.
func (m mark) match(packet []byte, host int, probes []probe) (id int, answer, ok bool) {
	if len(packet) < ipv4Length {
		return
	}
	headerLength, protocol := int(packet[0]&0xf)*4, packet[9]
	if len(packet) < headerLength {
		return
	}
	body := packet[headerLength:]

	var number uint32
	if protocol == tcp {
		number, answer, ok = m.segment(body)
	} else {
		number, ok = m.token(body, tokenAt(protocol))
		if protocol == icmp && ok {
			answer = body[0] == echoReply
			ok = answer || body[0] == echoRequest
		}
	}
	if !ok || uint64(number) >= uint64(len(probes)) {
		return 0, false, false
	}

	p := probes[number]
	if answer {
		ok = host == p.from && [4]byte(packet[12:]) == p.dst && [4]byte(packet[16:]) == p.src
		if protocol == tcp {
			ok = ok && binary.BigEndian.Uint16(body) == p.port && binary.BigEndian.Uint16(body[2:]) == p.sourcePort
		}
	} else {
		ok = host == p.to
	}
	return int(number), answer, ok && protocol == p.protocol
}

func (m mark) token(body []byte, at int) (number uint32, ok bool) {
	if len(body) < at+12 || binary.BigEndian.Uint64(body[at:]) != m.nonce {
		return 0, false
	}
	return binary.BigEndian.Uint32(body[at+8:]), true
}

func (m mark) segment(body []byte) (number uint32, answer, ok bool) {
	if len(body) < 20 {
		return
	}
	switch flags := body[13]; {
	case flags&flagACK != 0 && flags&(flagSYN|flagRST) != 0:
		return binary.BigEndian.Uint32(body[8:]) - 1 - m.sequence(), true, true
	case flags&(flagSYN|flagRST) == flagSYN && len(body) >= 28 && binary.BigEndian.Uint32(body[24:]) == m.timestamp():
		return binary.BigEndian.Uint32(body[4:]) - m.sequence(), false, true
	}
	return
}
