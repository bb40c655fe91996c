package main

import (
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	platformNamespaces = 30
	applications       = 10
	replicas           = 2
)

// Namespaces in five zones, each closed but for its own pods, and with one application that its zone may ask.
func platform() (*probe.Resources, []*networkingv1.NetworkPolicy) {
	resources := &probe.Resources{Namespaces: map[string]map[string]string{}}
	policies := []*networkingv1.NetworkPolicy{}
	for n := 0; n < platformNamespaces; n++ {
		namespace, zone := fmt.Sprintf("group-%02d", n), fmt.Sprintf("zone-%d", n%5)
		resources.Namespaces[namespace] = labels(namespace, map[string]string{"zone": zone})
		for p := 0; p < applications*replicas; p++ {
			pod := probe.NewDefaultPod(namespace, fmt.Sprintf("pod-%02d", p), []int{80, 81}, []v1.Protocol{v1.ProtocolTCP}, false, "registry.k8s.io")
			pod.Labels = map[string]string{"app": fmt.Sprintf("app-%d", p/replicas)}
			pod.IP = fmt.Sprintf("10.%d.%d.%d", 100+n%5, n, p+1)
			resources.Pods = append(resources.Pods, pod)
		}
		zoned := &metav1.LabelSelector{MatchLabels: map[string]string{"zone": zone}}
		front := metav1.LabelSelector{MatchLabels: map[string]string{"app": "app-0"}}
		client := metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{"app-1", "app-2"}},
		}}
		own := []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}
		port := intstr.FromInt32(80)
		ports := []networkingv1.NetworkPolicyPort{{Port: &port}}
		add := func(name string, spec networkingv1.NetworkPolicySpec) {
			policies = append(policies, &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
				Spec:       spec,
			})
		}
		in, out := networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress
		add("default-deny", networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{in, out}})
		add("inside", networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{in, out},
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: own}},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{To: own}},
		})
		add("front", networkingv1.NetworkPolicySpec{
			PodSelector: front,
			PolicyTypes: []networkingv1.PolicyType{in},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{
				From:  []networkingv1.NetworkPolicyPeer{{NamespaceSelector: zoned, PodSelector: &client}},
				Ports: ports,
			}},
		})
		add("clients", networkingv1.NetworkPolicySpec{
			PodSelector: client,
			PolicyTypes: []networkingv1.PolicyType{out},
			Egress: []networkingv1.NetworkPolicyEgressRule{{
				To:    []networkingv1.NetworkPolicyPeer{{NamespaceSelector: zoned, PodSelector: &front}},
				Ports: ports,
			}},
		})
		add("by-address", networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "app-3"}},
			PolicyTypes: []networkingv1.PolicyType{out},
			Egress: []networkingv1.NetworkPolicyEgressRule{{
				To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{
					CIDR: fmt.Sprintf("10.%d.0.0/16", 100+n%5), Except: []string{fmt.Sprintf("10.%d.%d.8/29", 100+n%5, n)},
				}}},
			}},
		})
	}
	return resources, policies
}
