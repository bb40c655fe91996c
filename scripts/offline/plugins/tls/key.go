package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/md5" //nolint:gosec // the fingerprint's own name
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // an id, as the official provider has it
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"
)

var curves = map[string]elliptic.Curve{
	"P224": elliptic.P224(),
	"P256": elliptic.P256(),
	"P384": elliptic.P384(),
	"P521": elliptic.P521(),
}

var privateKey = kind{
	inputs: map[resource.PropertyKey]input{
		"algorithm":  {types: aText, required: true},
		"rsaBits":    {types: aNumber, otherwise: number(2048)},
		"ecdsaCurve": {types: aText, otherwise: text("P224")},
	},
	computed: []resource.PropertyKey{
		"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh", "publicKeyPem", "publicKeyOpenssh",
		"publicKeyFingerprintMd5", "publicKeyFingerprintSha256",
	},
	secrets: []resource.PropertyKey{"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"},
	check: func(inputs values) (problems []problem) {
		allowed := func(key resource.PropertyKey, words ...string) {
			if inputs.isKnown(key) && !slices.Contains(words, inputs.text(key)) {
				reason := fmt.Sprintf("%q: write one of %s", inputs.text(key), strings.Join(words, ", "))
				problems = append(problems, problem{key, reason})
			}
		}
		allowed("algorithm", "RSA", "ECDSA", "ED25519")
		allowed("ecdsaCurve", "P224", "P256", "P384", "P521")
		// Go itself makes none that are shorter (crypto/rsa).
		if bits := inputs.number("rsaBits"); inputs.isKnown("rsaBits") && (bits < 1024 || bits > 16384) {
			problems = append(problems, problem{"rsaBits", fmt.Sprintf("%d: write 1024 to 16384", bits)})
		}
		return problems
	},
	create: func(inputs values) (string, resource.PropertyMap, error) {
		key, block, err := generate(inputs)
		if err != nil {
			return "", nil, err
		}
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return "", nil, err
		}
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return "", nil, err
		}
		made := resource.PropertyMap{
			"privateKeyPem":      text(string(pem.EncodeToMemory(block))),
			"privateKeyPemPkcs8": text(encode("PRIVATE KEY", pkcs8)),
			"publicKeyPem":       text(encode("PUBLIC KEY", public)),
		}
		return hexSha1(public), made, addSSH(made, key)
	},
}

func generate(inputs values) (crypto.Signer, *pem.Block, error) {
	switch algorithm := inputs.text("algorithm"); algorithm {
	case "RSA":
		key, err := rsa.GenerateKey(rand.Reader, inputs.number("rsaBits"))
		if err != nil {
			return nil, nil, err
		}
		return key, &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, nil
	case "ECDSA":
		key, err := ecdsa.GenerateKey(curves[inputs.text("ecdsaCurve")], rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		body, err := x509.MarshalECPrivateKey(key)
		return key, &pem.Block{Type: "EC PRIVATE KEY", Bytes: body}, err
	default:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		body, err := x509.MarshalPKCS8PrivateKey(key)
		return key, &pem.Block{Type: "PRIVATE KEY", Bytes: body}, err
	}
}

// addSSH adds a key's forms for OpenSSH, which are empty for P224: OpenSSH does not have it.
func addSSH(made resource.PropertyMap, key crypto.Signer) error {
	for _, name := range []resource.PropertyKey{
		"privateKeyOpenssh", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256",
	} {
		made[name] = text("")
	}
	if key, isEC := key.(*ecdsa.PrivateKey); isEC && key.Curve == elliptic.P224() {
		return nil
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return err
	}
	private, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return err
	}
	sum := md5.Sum(public.Marshal()) //nolint:gosec // the fingerprint's own name
	pairs := make([]string, len(sum))
	for at, octet := range sum {
		pairs[at] = fmt.Sprintf("%02x", octet)
	}
	made["privateKeyOpenssh"] = text(string(pem.EncodeToMemory(private)))
	made["publicKeyOpenssh"] = text(string(ssh.MarshalAuthorizedKey(public)))
	made["publicKeyFingerprintMd5"] = text(strings.Join(pairs, ":"))
	made["publicKeyFingerprintSha256"] = text(ssh.FingerprintSHA256(public))
	return nil
}

// parseKey reads a private key in any of the forms in which PrivateKey gives it, and what its algorithm is called.
func parseKey(body string) (crypto.Signer, string, error) {
	parsed, err := ssh.ParseRawPrivateKey([]byte(body))
	if err != nil {
		return nil, "", err
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return key, "RSA", nil
	case *ecdsa.PrivateKey:
		return key, "ECDSA", nil
	case ed25519.PrivateKey:
		return key, "ED25519", nil
	case *ed25519.PrivateKey:
		return *key, "ED25519", nil
	}
	return nil, "", fmt.Errorf("a key of an algorithm other than RSA, ECDSA and ED25519")
}

func checkKey(inputs values, key resource.PropertyKey) []problem {
	if !inputs.isKnown(key) {
		return nil
	}
	if _, _, err := parseKey(inputs.text(key)); err != nil {
		return []problem{{key, fmt.Sprintf("no private key in PEM: %v", err)}}
	}
	return nil
}

func encode(title string, body []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: title, Bytes: body}))
}

func hexSha1(body []byte) string {
	sum := sha1.Sum(body) //nolint:gosec // an id, as the official provider has it
	return hex.EncodeToString(sum[:])
}
