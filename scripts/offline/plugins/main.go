// Package main has the providers that a stack of this repository needs, for machines that cannot download the official
// ones: Kubernetes, which is the official one's own code, and TLS, whose official code is not served as a Go module.
// Which of them it is follows from the name that it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

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
	go leaveWithParent()
	switch name := filepath.Base(os.Args[0]); strings.TrimPrefix(name, "pulumi-resource-") {
	case "kubernetes":
		schema, err := os.ReadFile(filepath.Join(filepath.Dir(program), "kubernetes.json"))
		if err != nil {
			fail(err)
		}
		if err := hideKubeconfig(); err != nil {
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

// leaveWithParent ends the program with the engine, also where that was killed; the SDK looks after it every five
// minutes only.
func leaveWithParent() {
	for parent := os.Getppid(); os.Getppid() == parent; {
		time.Sleep(200 * time.Millisecond)
	}
	os.Exit(1)
}

// hideKubeconfig keeps the provider from leaving the kubeconfig, with its key, in the folder of temporary files for
// ever, as it does for Helm, which is not among what is used here.
func hideKubeconfig() error {
	const prefix = "bulkhead-kubernetes-"
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, folder := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
		if number, err := strconv.Atoi(pid); err == nil && syscall.Kill(number, 0) == syscall.ESRCH {
			_ = os.RemoveAll(folder)
		}
	}
	folder, err := os.MkdirTemp("", fmt.Sprintf("%s%d-*", prefix, os.Getpid()))
	if err != nil {
		return err
	}
	if err := os.Setenv("TMPDIR", folder); err != nil {
		return err
	}
	go func() {
		for {
			time.Sleep(100 * time.Millisecond)
			entries, _ := os.ReadDir(folder)
			for _, entry := range entries {
				// What has just been made may not be written yet.
				if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > 100*time.Millisecond {
					_ = os.RemoveAll(filepath.Join(folder, entry.Name()))
				}
			}
		}
	}()
	return nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
