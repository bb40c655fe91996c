import { certificatesIn } from "../certificate.ts";
import { powershellString } from "../quote.ts";
import type { MachineSetup } from "../setup.ts";
import { joinScript } from "./join.ts";
import { machineProxy, scriptProxy } from "./proxy.ts";

const installer = "https://get.mirantis.com/install.ps1";

/**
 * EC2Launch runs it at each start (`persist`), so that it goes on after the restart that an installation may want. It
 * has no host firewall against overlay to overlay: Windows forwards nothing unless told to, and is told nothing here.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html, the installer's use as in
 * Mirantis/launchpad@4f64206, pkg/configurer/windows.go.
 */
export function powershell(setup: MachineSetup): string {
  const { proxy, certificates, timeServers, registryMirrors, join } = setup;
  const parts = [
    folder,
    ...certificates.flatMap(certificatesIn).map(trust),
    ...(proxy === undefined ? [] : [machineProxy(proxy), scriptProxy(proxy).trimEnd()]),
    ...(timeServers.length === 0 ? [] : [time(timeServers)]),
    ports,
    ...(registryMirrors.length === 0 ? [] : [mirrors(registryMirrors)]),
    engine(setup.packages),
    ...(join === undefined
      ? []
      : [joinTask(joinScript(join, proxy === undefined ? "" : scriptProxy(proxy)))]),
  ];
  return `<powershell>\n${parts.join("\n\n")}\n</powershell>\n<persist>true</persist>\n`;
}

/** SYSTEM's and Administrators' alone, since what lies in it is run. */
const folder = `$ErrorActionPreference = 'Stop'
New-Item -Force -ItemType Directory -Path C:\\ProgramData\\bulkhead | Out-Null
icacls C:\\ProgramData\\bulkhead /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
if ($LASTEXITCODE -ne 0) { throw "icacls ended with $LASTEXITCODE" }`;

const trust = (certificate: string, index: number): string => {
  const file = `C:\\ProgramData\\bulkhead\\${index + 1}.crt`;
  return `Set-Content -Encoding ASCII -Path ${file} -Value @'
${certificate.trimEnd()}
'@
Import-Certificate -FilePath ${file} -CertStoreLocation Cert:\\LocalMachine\\Root | Out-Null`;
};

const time = (servers: readonly string[]): string =>
  `Set-Service w32time -StartupType Automatic
Start-Service w32time
w32tm /config /syncfromflags:manual /update ${powershellString(
    `/manualpeerlist:${servers.map((server) => `${server},0x8`).join(" ")}`,
  )}
if ($LASTEXITCODE -ne 0) { throw "w32tm ended with $LASTEXITCODE" }`;

/** matsuand/docs.docker.jp@788814c0:ee/ucp/admin/configure/join-nodes/join-windows-nodes-to-cluster.md */
const ports = `foreach ($rule in @{ Name = 'docker_local'; Port = 2376 }, @{ Name = 'docker_proxy'; Port = 12376 }) {
  if (-not (Get-NetFirewallRule -Name $rule.Name -ErrorAction SilentlyContinue)) {
    New-NetFirewallRule -Name $rule.Name -DisplayName $rule.Name -Direction Inbound -Action Allow -Protocol TCP -LocalPort $rule.Port | Out-Null
  }
}`;

const mirrors = (urls: readonly string[]): string => `$config = 'C:\\ProgramData\\docker\\config'
New-Item -Force -ItemType Directory -Path $config | Out-Null
Set-Content -Encoding ASCII -Path "$config\\daemon.json" -Value @'
${JSON.stringify({ "registry-mirrors": urls }, undefined, 2)}
'@`;

/** 3010 is ERROR_SUCCESS_REBOOT_REQUIRED. */
const engine = ({ repository, channel, installer: own = installer }: MachineSetup["packages"]): string =>
  `if (-not (Get-Service docker -ErrorAction SilentlyContinue)) {
  $env:DOWNLOAD_URL = ${powershellString(repository)}
  $env:CHANNEL = ${powershellString(channel)}
  $file = 'C:\\ProgramData\\bulkhead\\install.ps1'
  [Net.ServicePointManager]::SecurityProtocol = 'Tls12'
  Invoke-WebRequest -UseBasicParsing -Uri ${powershellString(own)} -OutFile $file
  powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $file -Verbose
  if ($LASTEXITCODE -eq 3010) {
    Restart-Computer -Force
    exit
  }
  if ($LASTEXITCODE -ne 0) { throw "the engine's installer ended with $LASTEXITCODE" }
}
# Once, since an image may have started it without these settings.
if (-not (Test-Path C:\\ProgramData\\bulkhead\\started)) {
  Restart-Service docker
  New-Item -ItemType File -Path C:\\ProgramData\\bulkhead\\started | Out-Null
}
Start-Service docker`;

/** By a task of its own, since it may take long and outlives this script. */
const joinTask = (
  script: string,
): string => `Set-Content -Encoding ASCII -Path C:\\ProgramData\\bulkhead\\join.ps1 -Value @'
${script}
'@
if (-not (Get-ScheduledTask -TaskName bulkhead-join -ErrorAction SilentlyContinue)) {
  $action = New-ScheduledTaskAction -Execute powershell.exe -Argument '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:\\ProgramData\\bulkhead\\join.ps1'
  $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit 0 -MultipleInstances IgnoreNew
  Register-ScheduledTask -TaskName bulkhead-join -User SYSTEM -RunLevel Highest -Action $action -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtStartup) | Out-Null
}
Start-ScheduledTask -TaskName bulkhead-join`;
