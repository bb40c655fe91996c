// Runs every case of Cyclonus' generator through its matcher and prints, as JSON, the cluster and the verdicts.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Situation is a cluster as it is after one step of a case.
type Situation struct {
	Case       string                        `json:"case"`
	Step       int                           `json:"step"`
	Namespaces []*v1.Namespace               `json:"namespaces"`
	Pods       []*v1.Pod                     `json:"pods"`
	Policies   []*networkingv1.NetworkPolicy `json:"policies"`
	// One character for each sender, receiver and port of the receiver, in that order: 1 where it is allowed.
	Verdicts string `json:"verdicts"`
}

// Report is all that is printed.
type Report struct {
	Situations []*Situation `json:"situations"`
	// What building the matchers and asking them took, in all.
	Nanoseconds int64 `json:"nanoseconds"`
	Verdicts    int   `json:"verdicts"`
	// One cluster of the size of a platform, to see how time grows.
	Platform            *Situation `json:"platform"`
	PlatformNanoseconds int64      `json:"platformNanoseconds"`
}

const nameLabel = "kubernetes.io/metadata.name"

var (
	namespaces = []string{"x", "y", "z"}
	podNames   = []string{"a", "b", "c"}
	protocols  = []v1.Protocol{v1.ProtocolTCP, v1.ProtocolUDP, v1.ProtocolSCTP}
)

func main() {
	initial := start()
	last := initial.Pods[len(initial.Pods)-1]
	report := &Report{}
	for _, testCase := range generator.NewTestCaseGenerator(true, last.IP, namespaces, nil, nil).GenerateTestCases() {
		resources, policies := start(), []*networkingv1.NetworkPolicy{}
		for index, step := range testCase.Steps {
			for _, action := range step.Actions {
				var err error
				resources, policies, err = act(resources, policies, action)
				check(err)
			}
			if len(policies) == 0 {
				continue
			}
			situation, took := judge(resources, policies)
			situation.Case, situation.Step = testCase.Description, index+1
			report.Situations = append(report.Situations, situation)
			report.Nanoseconds += took.Nanoseconds()
			report.Verdicts += len(situation.Verdicts)
		}
	}
	platform, took := judge(platform())
	platform.Case, platform.Step = "platform", 1
	report.Platform, report.PlatformNanoseconds = platform, took.Nanoseconds()
	check(json.NewEncoder(os.Stdout).Encode(report))
}

// As Cyclonus makes it, without a cluster to ask for addresses.
func start() *probe.Resources {
	resources := &probe.Resources{Namespaces: map[string]map[string]string{}}
	for _, namespace := range namespaces {
		resources.Namespaces[namespace] = labels(namespace, map[string]string{"ns": namespace})
		for _, name := range podNames {
			pod := probe.NewDefaultPod(namespace, name, []int{80, 81}, protocols, false, "registry.k8s.io")
			resources.Pods = append(resources.Pods, pod)
		}
	}
	return addressed(resources)
}

// What the generator's pods have for an address, whoever is to give them one.
const unaddressed = "TODO"

func addressed(resources *probe.Resources) *probe.Resources {
	taken := map[string]bool{}
	for _, pod := range resources.Pods {
		taken[pod.IP] = true
	}
	next := 1
	for _, pod := range resources.Pods {
		for pod.IP == unaddressed {
			if ip := fmt.Sprintf("192.168.%d.%d", next/64, next%64*4); !taken[ip] {
				pod.IP, taken[ip] = ip, true
			}
			next++
		}
	}
	return resources
}

// Every namespace has this label, from Kubernetes itself.
func labels(namespace string, own map[string]string) map[string]string {
	all := map[string]string{nameLabel: namespace}
	for key, value := range own {
		all[key] = value
	}
	return all
}

func act(
	resources *probe.Resources, policies []*networkingv1.NetworkPolicy, action *generator.Action,
) (*probe.Resources, []*networkingv1.NetworkPolicy, error) {
	var err error
	switch {
	case action.CreatePolicy != nil:
		policies = append(without(policies, action.CreatePolicy.Policy.Namespace, action.CreatePolicy.Policy.Name), action.CreatePolicy.Policy)
	case action.UpdatePolicy != nil:
		policies = append(without(policies, action.UpdatePolicy.Policy.Namespace, action.UpdatePolicy.Policy.Name), action.UpdatePolicy.Policy)
	case action.DeletePolicy != nil:
		policies = without(policies, action.DeletePolicy.Namespace, action.DeletePolicy.Name)
	case action.CreateNamespace != nil:
		one := action.CreateNamespace
		resources, err = resources.CreateNamespace(one.Namespace, labels(one.Namespace, one.Labels))
	case action.SetNamespaceLabels != nil:
		one := action.SetNamespaceLabels
		resources, err = resources.UpdateNamespaceLabels(one.Namespace, labels(one.Namespace, one.Labels))
	case action.DeleteNamespace != nil:
		resources, err = resources.DeleteNamespace(action.DeleteNamespace.Namespace)
	case action.CreatePod != nil:
		resources, err = resources.CreatePod(action.CreatePod.Namespace, action.CreatePod.Pod, action.CreatePod.Labels)
		if err == nil {
			resources = addressed(resources)
		}
	case action.SetPodLabels != nil:
		resources, err = resources.SetPodLabels(action.SetPodLabels.Namespace, action.SetPodLabels.Pod, action.SetPodLabels.Labels)
	case action.DeletePod != nil:
		resources, err = resources.DeletePod(action.DeletePod.Namespace, action.DeletePod.Pod)
	case action.ReadNetworkPolicies != nil:
	default:
		err = fmt.Errorf("an action that is not known: %+v", action)
	}
	return resources, policies, err
}

func without(policies []*networkingv1.NetworkPolicy, namespace, name string) []*networkingv1.NetworkPolicy {
	rest := []*networkingv1.NetworkPolicy{}
	for _, policy := range policies {
		if policy.Namespace != namespace || policy.Name != name {
			rest = append(rest, policy)
		}
	}
	return rest
}

func judge(resources *probe.Resources, policies []*networkingv1.NetworkPolicy) (*Situation, time.Duration) {
	jobs := (&probe.JobBuilder{}).GetJobsAllAvailableServers(resources, generator.ProbeModePodIP).Valid
	traffic := make([]*matcher.Traffic, len(jobs))
	for index, job := range jobs {
		traffic[index] = job.Traffic()
	}
	allowed := make([]bool, len(jobs))
	began := time.Now()
	built := matcher.BuildNetworkPolicies(true, policies)
	for index, one := range traffic {
		allowed[index] = built.IsTrafficAllowed(one).IsAllowed()
	}
	took := time.Since(began)

	situation := &Situation{}
	for name, own := range resources.Namespaces {
		situation.Namespaces = append(situation.Namespaces, &v1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: own},
		})
	}
	for _, pod := range resources.Pods {
		one := pod.KubePod()
		one.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
		one.Status.PodIP = pod.IP
		situation.Pods = append(situation.Pods, one)
	}
	for _, policy := range policies {
		one := policy.DeepCopy()
		one.TypeMeta = metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}
		situation.Policies = append(situation.Policies, one)
	}
	verdicts := &strings.Builder{}
	for _, one := range allowed {
		if one {
			verdicts.WriteByte('1')
		} else {
			verdicts.WriteByte('0')
		}
	}
	situation.Verdicts = verdicts.String()
	return situation, took
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
