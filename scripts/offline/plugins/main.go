// Package main has the providers that a stack of this repository needs, for machines that cannot download the official
// ones: Kubernetes, which is the official one's own code, and TLS, whose official code is not served as a Go module.
// Which of them it is follows from the name that it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	kubernetes "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

	"bulkhead.invalid/plugins/tls"
)

// Of the SDKs that they stand in for; set when they are built.
var kubernetesVersion, tlsVersion string

func main() {
	program, err := os.Executable()
	if err != nil {
		fail(err)
	}
	switch name := filepath.Base(os.Args[0]); strings.TrimPrefix(name, "pulumi-resource-") {
	case "kubernetes":
		schema, err := os.ReadFile(filepath.Join(filepath.Dir(program), "kubernetes.json"))
		if err != nil {
			fail(err)
		}
		kubernetes.Serve("kubernetes", kubernetesVersion, schema, nil)
	case "tls":
		if err := tls.Serve(tlsVersion); err != nil {
			fail(err)
		}
	default:
		fail(fmt.Errorf("called as %s: known are pulumi-resource-kubernetes and pulumi-resource-tls", name))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
