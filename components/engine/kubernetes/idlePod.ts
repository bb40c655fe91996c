/** The specification of a pod that does nothing and that the strictest Pod Security Standard lets in. */
export const idlePod = (limits: { readonly cpu: string; readonly memory: string }) => ({
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 0,
  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  securityContext: { runAsNonRoot: true, runAsUser: 65535, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name: "pause",
      image: "registry.k8s.io/pause:3.10.1",
      resources: { limits },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  ],
});
