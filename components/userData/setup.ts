/** What makes the machines of one pool what they are when they start. */
export interface MachineSetup {
  readonly family: "ubuntu" | "rhel" | "windows";
  readonly role: "manager" | "registry" | "worker";
  readonly engine: "mke" | "kubernetes";
  readonly overlay: "ipip" | "vxlan";
  /** Where the container engine's packages come from (for MKE: Mirantis Container Runtime). */
  readonly packages: {
    /** https://repos.mirantis.com, or a mirror of it. */
    readonly repository: string;
    /** stable-25.0.14 */
    readonly channel: string;
    /** What installs the engine on Windows; absent, https://get.mirantis.com/install.ps1 */
    readonly installer?: string;
  };
  /** Mirrors of Docker Hub, which the engine asks first. */
  readonly registryMirrors: readonly string[];
  /** `except` lists what is reached without it: names, domains with a leading dot, addresses and blocks. */
  readonly proxy?: { readonly url: string; readonly except: readonly string[] };
  /** PEM texts of CA certificates that the machine is to trust. */
  readonly certificates: readonly string[];
  /** NTP servers' names or addresses, where the environment names them; else the cloud's own. */
  readonly timeServers: readonly string[];
  /**
   * Where machines of the RHEL family get Session Manager's agent from (an RPM); absent, the image has to have it, as
   * Ubuntu's and Windows' own images on AWS do.
   */
  readonly sessionAgent?: string;
  /** Where the join secret is; absent where nothing is joined. */
  readonly join?: JoinSecret;
}

/** A secret in the cloud's store, which the machine reads with its own identity when it starts. */
export interface JoinSecret {
  readonly store: "parameter-store" | "secrets-manager";
  /** /bulkhead/test/join/worker */
  readonly name: string;
  readonly region: string;
  /** A name that leads to the managers. */
  readonly managers: string;
}
