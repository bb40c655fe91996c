import { certificatesIn } from "../certificate.ts";
import type { MachineSetup } from "../setup.ts";
import type { File } from "./file.ts";

/** Where the system looks for certificates to trust: update-ca-certificates(8), update-ca-trust(8). */
const folders = { ubuntu: "/usr/local/share/ca-certificates", rhel: "/etc/pki/ca-trust/source/anchors" };

/** The command that takes them into the system's store, which the engines trust too: Go reads it when they start. */
export const trustCommand = { ubuntu: "update-ca-certificates", rhel: "update-ca-trust extract" } as const;

export const trustFolder = (family: "ubuntu" | "rhel"): string => folders[family];

/** One file for each certificate: update-ca-certificates wants no more than one in a file. */
export const trustFiles = (family: "ubuntu" | "rhel", certificates: MachineSetup["certificates"]): File[] =>
  certificates.flatMap(certificatesIn).map((content, index) => ({
    path: `${folders[family]}/bulkhead-${index + 1}.crt`,
    content,
  }));
