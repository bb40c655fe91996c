// How kwok plays the part of the kubelets: stages through which nodes and pods go (https://kwok.sigs.k8s.io/docs/user/stages-configuration).

/** The user that kwok is to the API server. */
export const simulator = "bulkhead:simulated-nodes";
/** The annotation by which kwok knows the nodes that are its own. */
export const simulated = { "kwok.x-k8s.io/node": "fake" };
/** The annotation in which a kubelet writes the address that it was given. */
export const nodeAddress = "alpha.kubernetes.io/provided-node-ip";

const conditions = `
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}`;

const isReady = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const isGoing = ".metadata.deletionTimestamp";

const expression = (key: string, operator: string, ...values: string[]) =>
  values.length === 0 ? { key, operator } : { key, operator, values };

const stage = (
  name: string,
  kind: "Node" | "Pod",
  matchExpressions: readonly object[],
  next: object,
  more: object = {},
) => ({
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name },
  spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions }, next, ...more },
});

export const stages = [
  stage("node-joins", "Node", [expression(isReady, "NotIn", "True")], {
    statusTemplate: `${conditions}
addresses:
- { type: InternalIP, address: {{ index .metadata.annotations "${nodeAddress}" | Quote }} }
- { type: Hostname, address: {{ .metadata.name | Quote }} }
capacity: { cpu: "8", memory: 32Gi, pods: "110" }
allocatable: { cpu: "8", memory: 32Gi, pods: "110" }
nodeInfo:
  architecture: {{ index .metadata.labels "kubernetes.io/arch" | Quote }}
  operatingSystem: {{ index .metadata.labels "kubernetes.io/os" | Quote }}
  kubeletVersion: {{ printf "kwok-%s" Version | Quote }}
  bootID: ""
  containerRuntimeVersion: simulated
  kernelVersion: ""
  kubeProxyVersion: ""
  machineID: ""
  osImage: simulated
  systemUUID: ""
phase: Running`,
  }),
  stage(
    "node-lives",
    "Node",
    [expression(".status.phase", "In", "Running"), expression(isReady, "In", "True")],
    { statusTemplate: conditions },
    { delay: { durationMilliseconds: 600_000, jitterDurationMilliseconds: 610_000 } },
  ),
  stage(
    "pod-runs",
    "Pod",
    [
      expression(isGoing, "DoesNotExist"),
      expression(".status.phase", "In", "Pending"),
      expression(isReady, "NotIn", "True"),
    ],
    {
      statusTemplate: `
conditions:
{{ range $type := ( list "Initialized" "Ready" "ContainersReady" ) }}
- { type: {{ $type }}, status: "True", lastTransitionTime: {{ Now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  started: true
  state: { running: { startedAt: {{ Now | Quote }} } }
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ ip: {{ index . 0 | Quote }} }]
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ ip: {{ index . 0 | Quote }} }]
{{ end }}
phase: Running
startTime: {{ Now | Quote }}`,
    },
  ),
  stage(
    "job-completes",
    "Pod",
    [
      expression(isGoing, "DoesNotExist"),
      expression(".status.phase", "In", "Running"),
      expression(".metadata.ownerReferences.[].kind", "In", "Job"),
    ],
    {
      statusTemplate: `
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  restartCount: 0
  started: false
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }
{{ end }}
phase: Succeeded`,
    },
  ),
  stage("pod-goes", "Pod", [expression(isGoing, "Exists")], { delete: true }),
];
