/** The lab provider's types of resources that decide who reaches whom. */
export const kinds = {
  network: "lab:index:Network",
  zone: "lab:index:Zone",
  firewall: "lab:index:Firewall",
  host: "lab:index:Host",
  controlPlane: "lab:index:ControlPlane",
} as const;
