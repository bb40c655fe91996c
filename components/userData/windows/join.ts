import { powershellString } from "../quote.ts";
import { swarmPort } from "../join.ts";
import type { JoinSecret } from "../setup.ts";

/** AWS Tools for PowerShell, which Amazon's images of Windows bring. */
const read = ({ store, name, region }: JoinSecret): string => {
  const where = `-Region ${powershellString(region)}`;
  return store === "parameter-store"
    ? `(Get-SSMParameter -Name ${powershellString(name)} -WithDecryption $true ${where}).Value`
    : `(Get-SECSecretValue -SecretId ${powershellString(name)} ${where}).SecretString`;
};

/**
 * Joins by the engine's pipe and not by `docker swarm join --token`: where process creation is audited with command
 * lines, Windows would write the token into its security log.
 */
export const joinScript = (join: JoinSecret, proxy: string): string => `$ErrorActionPreference = 'Stop'
Start-Transcript -Append -Path C:\\ProgramData\\bulkhead\\join.log | Out-Null
${proxy}function Invoke-Engine($method, $path, $body) {
  $pipe = New-Object IO.Pipes.NamedPipeClientStream '.', 'docker_engine', 'InOut'
  try {
    $pipe.Connect(30000)
    $bytes = [Text.Encoding]::UTF8.GetBytes($body)
    $head = "$method $path HTTP/1.0\`r\`nHost: localhost\`r\`nContent-Type: application/json\`r\`nContent-Length: $($bytes.Length)\`r\`n\`r\`n"
    $bytes = [Text.Encoding]::ASCII.GetBytes($head) + $bytes
    $pipe.Write($bytes, 0, $bytes.Length)
    $pipe.Flush()
    $answer = (New-Object IO.StreamReader $pipe).ReadToEnd()
  } finally {
    $pipe.Dispose()
  }
  $start, $content = $answer -split "\`r\`n\`r\`n", 2
  if ($start -notmatch '^HTTP/1\\.[01] 200 ') { throw "the engine answers $path with $answer" }
  return $content
}
function Test-Member {
  return (Invoke-Engine GET /info '' | ConvertFrom-Json).Swarm.LocalNodeState -eq 'active'
}
function Join-Swarm {
  $session = Invoke-RestMethod -Method Put -Uri http://169.254.169.254/latest/api/token -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
  $address = Invoke-RestMethod -Uri http://169.254.169.254/latest/meta-data/local-ipv4 -Headers @{ 'X-aws-ec2-metadata-token' = $session }
  $token = ${read(join)}.Trim()
  if (-not $token.StartsWith('SWMTKN-')) { throw 'what the store has is no token of a swarm, which begins with SWMTKN-' }
  $body = @{
    AdvertiseAddr = $address
    JoinToken = $token
    ListenAddr = '0.0.0.0:${swarmPort}'
    RemoteAddrs = @(${powershellString(`${join.managers}:${swarmPort}`)})
  }
  try {
    Invoke-Engine POST /swarm/join (ConvertTo-Json $body) | Out-Null
  } catch {
    throw $_.Exception.Message.Replace($token, '(the token)')
  }
}
$pause = 5
while ($true) {
  try {
    if (Test-Member) { break }
    Join-Swarm
    if (Test-Member) { break }
    throw 'the engine was told to, and goes on trying'
  } catch {
    Write-Output "$(Get-Date -Format o) not joined yet, next try in $pause s. $($_.Exception.Message)"
  }
  Start-Sleep -Seconds $pause
  $pause = [Math]::Min(2 * $pause, 300)
}
Write-Output "$(Get-Date -Format o) a member of the swarm"`;
