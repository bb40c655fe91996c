import type { Traffic } from "./traffic.ts";

export type Target = "lab" | "aws" | "azure";
export type Engine = "mke" | "kubernetes";
/** How pods' packets travel between hosts: IP-in-IP (IP protocol 4) or VXLAN (UDP 4789). */
export type Overlay = "ipip" | "vxlan";
/** Whether workers of different zones reach each other on the engine's own ports. */
export type WorkerMesh = "cut" | "vendor";
/** Whether machines of one zone talk freely, as in a VLAN, or only by flows. */
export type Inside = "open" | "flows";
export type Os = "linux" | "windows";
export type Size = "small" | "medium" | "large" | "xlarge";

/** One platform and everything on it, as read from one stack file and found free of problems. */
export interface Environment {
  readonly name: string;
  readonly target: Target;
  readonly engine: Engine;
  readonly network: NetworkSpec;
  readonly management: ManagementSpec;
  readonly machines: MachineSpec;
  /** Present where the target is AWS, or where the stack file can also be brought up there. */
  readonly aws?: AwsSpec;
  readonly zones: Readonly<Record<string, ZoneSpec>>;
  readonly groups: Readonly<Record<string, GroupSpec>>;
  readonly flows: readonly ExtraFlow[];
  /** Leaks that are accepted for a time. */
  readonly exceptions: readonly ExceptionSpec[];
  /** Hours after the last update at which the environment may be torn down. */
  readonly expiresAfterHours?: number;
}

export interface NetworkSpec {
  /** IPv4 CIDR block of the whole environment. */
  readonly cidr: string;
  /** Prefix length of one zone's block: its `slot` counts blocks of this size from the start of `cidr`. */
  readonly zonePrefix: number;
  /** Letters of the availability zones to spread over: `a` is AWS's `<region>a` and Azure's zone 1. */
  readonly availabilityZones: readonly string[];
  readonly overlay: Overlay;
  readonly workerMesh: WorkerMesh;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** CIDR blocks that may reach the managers' and the registry's front door. */
  readonly frontDoor: readonly string[];
  /** What every machine may reach outside: DNS, time, packages and whatever else is named. */
  readonly services: Readonly<Record<string, ServiceSpec>>;
  /** A network that exists already, to be used instead of a new one. */
  readonly existing?: ExistingNetwork;
}

export interface ServiceSpec {
  readonly addresses: readonly string[];
  readonly traffic: readonly Traffic[];
  readonly why: string;
}

export interface ExistingNetwork {
  readonly id: string;
  /** Subnets by zone name, `management` included. */
  readonly subnets: Readonly<Record<string, readonly ExistingSubnet[]>>;
}

export interface ExistingSubnet {
  readonly id: string;
  readonly cidr: string;
  /** AWS subnets belong to one availability zone; Azure's span the region. */
  readonly availabilityZone?: string;
}

/** What all machines of a cloud are set up with. */
export interface MachineSpec {
  /** Where the container engine's packages come from. */
  readonly packages: {
    readonly repository: string;
    readonly channel: string;
    /** The URL of what installs the engine on Windows, where it is not the vendor's own. */
    readonly installer?: string;
  };
  /** The URL of Session Manager's agent as an RPM, for images of the RHEL family that lack it. */
  readonly sessionAgent?: string;
  /** Mirrors of image registries, as URLs, which the container engine asks first. */
  readonly registryMirrors: readonly string[];
  /** The way to what is not named as a service; `addresses` are the proxy's own. */
  readonly proxy?: {
    readonly url: string;
    readonly addresses: readonly string[];
    /** Names and blocks that are reached without it. */
    readonly except: readonly string[];
  };
  /** PEM texts of certificate authorities that machines trust beside their image's own. */
  readonly certificates: readonly string[];
}

/** How machines reach what is not named as a service. */
export type Egress = "nat" | "proxy" | "none";
/** Whether load balancers have public addresses. */
export type Scheme = "internal" | "internet-facing";
export type SecretStore = "parameter-store" | "secrets-manager";

export interface AwsSpec {
  /** Such as `eu-central-1`. */
  readonly region: string;
  /** Twelve digits; the provider refuses to work in any other account. */
  readonly account: string;
  /** Images by the operating system of their machines, each by its id. */
  readonly images: Readonly<Partial<Record<Os, AwsImage>>>;
  readonly instanceTypes: Readonly<Record<Size, string>>;
  /** Each machine's root volume, in GiB. */
  readonly diskSize: number;
  /** The key that volumes are encrypted with; the account's own for EBS where left out. */
  readonly kmsKey?: string;
  readonly egress: Egress;
  /** The transit gateway that leads to the company's other networks, and their blocks. */
  readonly transitGateway?: { readonly id: string; readonly blocks: readonly string[] };
  readonly loadBalancers: Scheme;
  /** AWS services that machines use, each reached through a VPC endpoint of its own. */
  readonly endpoints: readonly AwsService[];
  readonly secretStore: SecretStore;
  /** A policy's ARN that no role of a machine may exceed. */
  readonly permissionsBoundary?: string;
  /** The vendor's name for the cluster in tags `kubernetes.io/cluster/<id>`. */
  readonly clusterId: string;
  readonly flowLogDays: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly quotas: AwsQuotas;
}

export interface AwsImage {
  /** Such as `ami-0123456789abcdef0`. */
  readonly id: string;
  readonly family: "ubuntu" | "rhel" | "windows";
  /** The image's name, by which newer ones are found. */
  readonly name?: string;
  /** The account or alias whose images are looked through for newer ones. */
  readonly owner?: string;
}

export const awsServices = ["ssm", "ssmmessages", "secretsmanager", "ec2messages"] as const;
export type AwsService = (typeof awsServices)[number];

/** What AWS allows the account; a raised quota is written here, so that a preview counts with it. */
export interface AwsQuotas {
  readonly rulesPerGroup: number;
  readonly groupsPerInterface: number;
  readonly groupsPerRegion: number;
  readonly subnetsPerVpc: number;
  /** vCPUs of running on-demand standard instances; not counted where left out. */
  readonly vcpus?: number;
}

export interface ManagementSpec {
  readonly inside: Inside;
  readonly managers: Machines;
  readonly registry: Machines;
}

export interface Machines {
  readonly count: number;
  readonly size: Size;
  readonly labels: Readonly<Record<string, string>>;
  /** Availability zones to spread over; the network's where left out. */
  readonly spread?: readonly string[];
}

export interface ZoneSpec {
  /** Fixes the zone's addresses. 0 belongs to the management zone. */
  readonly slot: number;
  /** Stage inside the platform, such as `test`: a label. */
  readonly tier?: string;
  readonly inside: Inside;
}

export interface GroupSpec {
  readonly owner?: string;
  readonly team: Team;
  readonly collections: Readonly<Record<string, CollectionSpec>>;
  readonly namespaces: Readonly<Record<string, NamespaceSpec>>;
}

export interface Team {
  /** The directory's group whose members are the team. */
  readonly directoryGroup: string;
}

export interface CollectionSpec {
  readonly zone: string;
  /** Which of the zone's seven address windows is the collection's; windows never move. */
  readonly slot: number;
  readonly workers: Readonly<Partial<Record<Os, Machines>>>;
}

export interface NamespaceSpec {
  readonly collection: string;
  readonly quota: Quota;
  readonly limits: Limits;
  /** How many pods of a deployment that does nothing show that the namespace works. */
  readonly samplePods: number;
  readonly exposures: Readonly<Record<string, ExposureSpec>>;
}

/** Kubernetes quantities that all pods of a namespace share. */
export interface Quota {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
}

/** Kubernetes quantities that one container may use at most. */
export interface Limits {
  readonly cpu: string;
  readonly memory: string;
}

export interface ExposureSpec {
  readonly host: string;
  readonly port: number;
  /** `tls` carries anything inside TLS that is not HTTP. */
  readonly protocol: "https" | "tls";
  readonly via: "load-balancer" | "ingress" | "gateway";
  readonly from: readonly string[];
}

/** A flow that the application groups need beyond what their roles bring. */
export interface ExtraFlow {
  /** A zone, `zone/collection`, `manager`, `registry`, `worker`, or an outside CIDR block. */
  readonly from: string;
  readonly to: string;
  readonly traffic: readonly Traffic[];
  readonly why: string;
  readonly owner: string;
}

/** What the proof finds and is to let pass until a day, and who answers for that. */
export type ExceptionSpec = AcceptedFlow | AcceptedFinding;

interface Accepted {
  readonly why: string;
  readonly owner: string;
  /** The last day on which it holds, in UTC, such as `2027-01-31`. */
  readonly expires: string;
}

/** Traffic, wherever it is found to pass; the ends are written as those of a flow. */
export interface AcceptedFlow extends Accepted {
  readonly kind: "flow";
  readonly from: string;
  readonly to: string;
  readonly traffic: readonly Traffic[];
}

/** One finding of any kind, by its id. */
export interface AcceptedFinding extends Accepted {
  readonly kind: "finding";
  readonly finding: string;
}
