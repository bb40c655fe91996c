package tls

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Who something is, in a request and in a certificate that signs itself.
var identity = map[resource.PropertyKey]input{
	"subject":     {types: aSubject},
	"dnsNames":    {types: someTexts},
	"ipAddresses": {types: someTexts},
	"uris":        {types: someTexts},
}

var certRequest = kind{
	inputs: with(identity, map[resource.PropertyKey]input{
		"privateKeyPem": {types: aText, required: true},
	}),
	computed: []resource.PropertyKey{"certRequestPem", "keyAlgorithm"},
	secrets:  []resource.PropertyKey{"privateKeyPem"},
	check: func(inputs values) []problem {
		return append(checkKey(inputs, "privateKeyPem"), checkIdentity(inputs)...)
	},
	create: func(inputs values) (string, resource.PropertyMap, error) {
		key, algorithm, err := parseKey(inputs.text("privateKeyPem"))
		if err != nil {
			return "", nil, err
		}
		addresses, uris, err := names(inputs)
		if err != nil {
			return "", nil, err
		}
		request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
			Subject:     subject(inputs),
			DNSNames:    inputs.texts("dnsNames"),
			IPAddresses: addresses,
			URIs:        uris,
		}, key)
		if err != nil {
			return "", nil, err
		}
		body := encode("CERTIFICATE REQUEST", request)
		return hexSha1([]byte(body)), resource.PropertyMap{
			"certRequestPem": text(body),
			"keyAlgorithm":   text(algorithm),
		}, nil
	},
}

func parseRequest(body string) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode([]byte(body))
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, fmt.Errorf("no certificate request in PEM")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, err
	}
	return request, request.CheckSignature()
}

// The attribute of RFC 2985, which Go's names do not have.
var emailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

func subject(inputs values) pkix.Name {
	written := inputs.object("subject")
	one := func(key resource.PropertyKey) []string {
		if value := written.text(key); value != "" {
			return []string{value}
		}
		return nil
	}
	name := pkix.Name{
		CommonName:         written.text("commonName"),
		SerialNumber:       written.text("serialNumber"),
		Country:            one("country"),
		Organization:       one("organization"),
		OrganizationalUnit: one("organizationalUnit"),
		Locality:           one("locality"),
		Province:           one("province"),
		PostalCode:         one("postalCode"),
		StreetAddress:      written.texts("streetAddresses"),
	}
	if mail := written.text("emailAddress"); mail != "" {
		value := asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(mail)}
		name.ExtraNames = []pkix.AttributeTypeAndValue{{Type: emailAddress, Value: value}}
	}
	return name
}

func names(inputs values) (addresses []net.IP, uris []*url.URL, err error) {
	for _, written := range inputs.texts("ipAddresses") {
		address := net.ParseIP(written)
		if address == nil {
			return nil, nil, fmt.Errorf("ipAddresses: %q is no IP address", written)
		}
		addresses = append(addresses, address)
	}
	for _, written := range inputs.texts("uris") {
		uri, err := url.Parse(written)
		if err != nil {
			return nil, nil, fmt.Errorf("uris: %w", err)
		}
		uris = append(uris, uri)
	}
	return addresses, uris, nil
}

func checkIdentity(inputs values) (problems []problem) {
	for _, written := range inputs.texts("ipAddresses") {
		if net.ParseIP(written) == nil {
			problems = append(problems, problem{"ipAddresses", fmt.Sprintf("%q is no IP address", written)})
		}
	}
	for _, written := range inputs.texts("uris") {
		if _, err := url.Parse(written); err != nil {
			problems = append(problems, problem{"uris", err.Error()})
		}
	}
	return problems
}

func with(maps ...map[resource.PropertyKey]input) map[resource.PropertyKey]input {
	all := map[resource.PropertyKey]input{}
	for _, one := range maps {
		for key, value := range one {
			all[key] = value
		}
	}
	return all
}
