package tls

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 5280 4.2.1.2 makes a key's identifier of
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var keyUses = map[string]x509.KeyUsage{
	"digital_signature":  x509.KeyUsageDigitalSignature,
	"content_commitment": x509.KeyUsageContentCommitment,
	"key_encipherment":   x509.KeyUsageKeyEncipherment,
	"data_encipherment":  x509.KeyUsageDataEncipherment,
	"key_agreement":      x509.KeyUsageKeyAgreement,
	"cert_signing":       x509.KeyUsageCertSign,
	"crl_signing":        x509.KeyUsageCRLSign,
	"encipher_only":      x509.KeyUsageEncipherOnly,
	"decipher_only":      x509.KeyUsageDecipherOnly,
}

var extendedUses = map[string]x509.ExtKeyUsage{
	"any_extended":                      x509.ExtKeyUsageAny,
	"server_auth":                       x509.ExtKeyUsageServerAuth,
	"client_auth":                       x509.ExtKeyUsageClientAuth,
	"code_signing":                      x509.ExtKeyUsageCodeSigning,
	"email_protection":                  x509.ExtKeyUsageEmailProtection,
	"ipsec_end_system":                  x509.ExtKeyUsageIPSECEndSystem,
	"ipsec_tunnel":                      x509.ExtKeyUsageIPSECTunnel,
	"ipsec_user":                        x509.ExtKeyUsageIPSECUser,
	"timestamping":                      x509.ExtKeyUsageTimeStamping,
	"ocsp_signing":                      x509.ExtKeyUsageOCSPSigning,
	"microsoft_server_gated_crypto":     x509.ExtKeyUsageMicrosoftServerGatedCrypto,
	"netscape_server_gated_crypto":      x509.ExtKeyUsageNetscapeServerGatedCrypto,
	"microsoft_commercial_code_signing": x509.ExtKeyUsageMicrosoftCommercialCodeSigning,
	"microsoft_kernel_code_signing":     x509.ExtKeyUsageMicrosoftKernelCodeSigning,
}

// What a certificate may be used for, and for how long.
var terms = map[resource.PropertyKey]input{
	"allowedUses":         {types: someTexts, required: true},
	"validityPeriodHours": {types: aNumber, required: true},
	"earlyRenewalHours":   {types: aNumber, otherwise: number(0), harmless: true},
	"isCaCertificate":     {types: aTruth, otherwise: truth(false)},
	"maxPathLength":       {types: aNumber, otherwise: number(-1)},
	"setSubjectKeyId":     {types: aTruth, otherwise: truth(false)},
}

var selfSignedCert = kind{
	inputs: with(identity, terms, map[resource.PropertyKey]input{
		"privateKeyPem":     {types: aText, required: true},
		"setAuthorityKeyId": {types: aTruth, otherwise: truth(false)},
	}),
	computed: []resource.PropertyKey{
		"certPem", "keyAlgorithm", "readyForRenewal", "validityStartTime", "validityEndTime",
	},
	secrets: []resource.PropertyKey{"privateKeyPem"},
	check: func(inputs values) []problem {
		return slices.Concat(checkKey(inputs, "privateKeyPem"), checkIdentity(inputs), checkTerms(inputs))
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
		template := &x509.Certificate{
			Subject:     subject(inputs),
			DNSNames:    inputs.texts("dnsNames"),
			IPAddresses: addresses,
			URIs:        uris,
		}
		if inputs.truth("setAuthorityKeyId") {
			if template.AuthorityKeyId, err = keyID(key.Public()); err != nil {
				return "", nil, err
			}
		}
		id, made, err := sign(inputs, template, template, key.Public(), key)
		if err == nil {
			made["keyAlgorithm"] = text(algorithm)
		}
		return id, made, err
	},
}

var locallySignedCert = kind{
	inputs: with(terms, map[resource.PropertyKey]input{
		"certRequestPem":  {types: aText, required: true},
		"caPrivateKeyPem": {types: aText, required: true},
		"caCertPem":       {types: aText, required: true},
	}),
	computed: []resource.PropertyKey{
		"certPem", "caKeyAlgorithm", "readyForRenewal", "validityStartTime", "validityEndTime",
	},
	secrets: []resource.PropertyKey{"caPrivateKeyPem"},
	check: func(inputs values) []problem {
		problems := slices.Concat(checkKey(inputs, "caPrivateKeyPem"), checkTerms(inputs))
		if inputs.isKnown("certRequestPem") {
			if _, err := parseRequest(inputs.text("certRequestPem")); err != nil {
				problems = append(problems, problem{"certRequestPem", err.Error()})
			}
		}
		if inputs.isKnown("caCertPem") {
			if _, err := parseCertificate(inputs.text("caCertPem")); err != nil {
				problems = append(problems, problem{"caCertPem", err.Error()})
			}
		}
		return problems
	},
	create: func(inputs values) (string, resource.PropertyMap, error) {
		request, err := parseRequest(inputs.text("certRequestPem"))
		if err != nil {
			return "", nil, err
		}
		authority, err := parseCertificate(inputs.text("caCertPem"))
		if err != nil {
			return "", nil, err
		}
		key, algorithm, err := parseKey(inputs.text("caPrivateKeyPem"))
		if err != nil {
			return "", nil, err
		}
		id, made, err := sign(inputs, &x509.Certificate{
			RawSubject:     request.RawSubject,
			Subject:        request.Subject,
			DNSNames:       request.DNSNames,
			IPAddresses:    request.IPAddresses,
			URIs:           request.URIs,
			EmailAddresses: request.EmailAddresses,
		}, authority, request.PublicKey, key)
		if err == nil {
			made["caKeyAlgorithm"] = text(algorithm)
		}
		return id, made, err
	},
}

func sign(
	inputs values, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer,
) (string, resource.PropertyMap, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		return "", nil, err
	}
	template.SerialNumber = serial
	template.BasicConstraintsValid = true
	template.NotBefore = time.Now()
	template.NotAfter = template.NotBefore.Add(time.Duration(inputs.number("validityPeriodHours")) * time.Hour)
	for _, use := range inputs.texts("allowedUses") {
		if extended, is := extendedUses[use]; is {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extended)
		}
		template.KeyUsage |= keyUses[use]
	}
	if inputs.truth("isCaCertificate") {
		template.IsCA = true
		length := inputs.number("maxPathLength")
		template.MaxPathLen, template.MaxPathLenZero = length, length == 0
	}
	if inputs.truth("isCaCertificate") || inputs.truth("setSubjectKeyId") {
		if template.SubjectKeyId, err = keyID(public); err != nil {
			return "", nil, err
		}
	}
	body, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return "", nil, err
	}
	return serial.String(), resource.PropertyMap{
		"certPem":           text(encode("CERTIFICATE", body)),
		"readyForRenewal":   truth(false),
		"validityStartTime": text(template.NotBefore.Format(time.RFC3339)),
		"validityEndTime":   text(template.NotAfter.Format(time.RFC3339)),
	}, nil
}

// keyID is the first method of RFC 5280 4.2.1.2: the hash of the key itself, without its algorithm.
func keyID(public crypto.PublicKey) ([]byte, error) {
	body, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(body, &info); err != nil {
		return nil, err
	}
	sum := sha1.Sum(info.Key.Bytes) //nolint:gosec // what the RFC says
	return sum[:], nil
}

func parseCertificate(body string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(body))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("no certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func checkTerms(inputs values) (problems []problem) {
	for _, use := range inputs.texts("allowedUses") {
		_, ofKey := keyUses[use]
		_, extended := extendedUses[use]
		if !ofKey && !extended {
			problems = append(problems, problem{"allowedUses", fmt.Sprintf("%q: write some of %s", use, allUses())})
		}
	}
	for _, key := range []resource.PropertyKey{"validityPeriodHours", "earlyRenewalHours"} {
		if hours := inputs.number(key); hours < 0 {
			problems = append(problems, problem{key, fmt.Sprintf("%d: write 0 or more", hours)})
		}
	}
	if length := inputs.number("maxPathLength"); length < -1 {
		problems = append(problems, problem{"maxPathLength", fmt.Sprintf("%d: write -1 or more", length)})
	}
	return problems
}

func allUses() string {
	var all []string
	for use := range keyUses {
		all = append(all, use)
	}
	for use := range extendedUses {
		all = append(all, use)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
