import { question, swarmPort } from "../join.ts";
import type { JoinSecret } from "../setup.ts";
import type { File } from "./file.ts";

const program = "/usr/local/sbin/bulkhead-join";
const settings = "/etc/bulkhead/join.json";

/** The machine's way into the swarm: what to ask for, what asks, and the service that runs it. */
export const joinFiles = (join: JoinSecret): File[] => [
  {
    path: settings,
    content: `${JSON.stringify({
      ...question(join),
      region: join.region,
      managers: `${join.managers}:${swarmPort}`,
    })}\n`,
  },
  { path: program, permissions: "0755", content: script },
  unit,
];

/*
 * Python, since cloud-init brings it: no image of Ubuntu or RHEL has AWS's own command, and the curl of RHEL 8 and
 * Ubuntu 20.04 signs no requests (curl 7.75). Python 3.6 is RHEL 8's, and two spaces save bytes. The engine is asked by its socket and not by
 * `docker swarm join --token`, whose arguments every process of the machine may read in /proc.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html,
 * https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Swarm/operation/SwarmJoin
 */
const script = `"""Joins this machine to the swarm as soon as the secret for it can be read.

The secret goes from the store to the engine's socket. It is in no file, no log, no argument and no environment.
"""
import hashlib
import hmac
import http.client
import json
import socket
import sys
import time
import urllib.error
import urllib.request

FIRST_PAUSE, LONGEST_PAUSE, PATIENCE = 5, 300, 1800


class NotYet(Exception):
  pass


class Engine(http.client.HTTPConnection):
  def connect(self):
    self.sock = socket.socket(socket.AF_UNIX)
    self.sock.settimeout(self.timeout)
    self.sock.connect("/run/docker.sock")


def ask(connection, method, path, body=None, headers={}):
  connection.request(method, path, body, headers)
  answer = connection.getresponse()
  return answer.status, answer.read().decode()


def metadata(method, path, headers):
  connection = http.client.HTTPConnection("169.254.169.254", timeout=5)
  status, text = ask(connection, method, "/latest/" + path, None, headers)
  if status != 200:
    raise NotYet("the metadata service answers %s with %d" % (path, status))
  return text.strip()


def engine(method, path, body=None):
  body = None if body is None else json.dumps(body)
  headers = {"Content-Type": "application/json"}
  return ask(Engine("localhost", timeout=90), method, path, body, headers)


def signed(headers, body, scope, key):
  names = ";".join(sorted(headers))
  lines = ["%s:%s\\n" % (name, headers[name]) for name in sorted(headers)]
  digest = hashlib.sha256(body).hexdigest()
  request = "\\n".join(["POST", "/", "", "".join(lines), names, digest])
  signature = ("AWS4" + key["SecretAccessKey"]).encode()
  for part in scope:
    signature = hmac.new(signature, part.encode(), "sha256").digest()
  digest = hashlib.sha256(request.encode()).hexdigest()
  text = "\\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], "/".join(scope), digest])
  signature = hmac.new(signature, text.encode(), "sha256").hexdigest()
  credential = "/".join([key["AccessKeyId"]] + scope)
  form = "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s"
  return dict(headers, Authorization=form % (credential, names, signature))


def secret(want, about):
  role = about("iam/security-credentials/")
  key = json.loads(about("iam/security-credentials/" + role))
  host = "%s.%s.%s" % (want["service"], want["region"], about("services/domain"))
  body = json.dumps(want["request"]).encode()
  now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
  headers = {
    "content-type": "application/x-amz-json-1.1",
    "host": host,
    "x-amz-date": now,
    "x-amz-security-token": key["Token"],
    "x-amz-target": want["target"],
  }
  scope = [now[:8], want["region"], want["service"], "aws4_request"]
  headers = signed(headers, body, scope, key)
  try:
    request = urllib.request.Request("https://%s/" % host, body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
      found = json.loads(answer.read().decode())
  except urllib.error.HTTPError as error:
    raise NotYet("%s: %d %s" % (host, error.code, error.read(1000).decode(errors="replace")))
  for name in want["answer"]:
    found = found[name]
  return found.strip()


def is_member():
  status, text = engine("GET", "/info")
  if status != 200:
    raise NotYet("the engine says %d %s" % (status, text))
  swarm = json.loads(text)["Swarm"]
  if swarm["LocalNodeState"] not in ("active", "inactive"):
    raise NotYet("the swarm is %s here %s" % (swarm["LocalNodeState"], swarm.get("Error", "")))
  return swarm["LocalNodeState"] == "active"


def join(want):
  session = metadata("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"})

  def about(path):
    return metadata("GET", "meta-data/" + path, {"X-aws-ec2-metadata-token": session})

  token = secret(want, about)
  if not token.startswith("SWMTKN-"):
    raise NotYet("what the store has is no token of a swarm, which begins with SWMTKN-")
  status, text = engine("POST", "/swarm/join", {
    "AdvertiseAddr": about("local-ipv4"),
    "JoinToken": token,
    "ListenAddr": "0.0.0.0:2377",
    "RemoteAddrs": [want["managers"]],
  })
  if status != 200:
    raise NotYet("the engine says %d %s" % (status, text.replace(token, "(the token)")))


with open("${settings}") as file:
  want = json.load(file)
pause, waited = FIRST_PAUSE, 0
while True:
  try:
    if is_member():
      break
    join(want)
    if is_member():
      break
    raise NotYet("the engine was told to, and goes on trying")
  except (NotYet, OSError, http.client.HTTPException, KeyError, ValueError) as error:
    why = "%s: %s" % (type(error).__name__, error)
    if waited >= PATIENCE:
      sys.exit("not joined after %d s. %s" % (waited, why))
    print("not joined yet, next try in %d s. %s" % (pause, why), flush=True)
  time.sleep(pause)
  waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE)
print("a member of the swarm", flush=True)
`;

/** No swap and no core dump, since both would put the secret on a disk. RHEL 8 has its Python elsewhere. */
const unit: File = {
  path: "/etc/systemd/system/bulkhead-join.service",
  content: `[Unit]
Description=Joins the swarm
Requires=bulkhead-setup.service
After=bulkhead-setup.service docker.service
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh -c 'exec "$$(command -v python3 || echo /usr/libexec/platform-python)" -I ${program}'
RemainAfterExit=yes
Restart=on-failure
RestartSec=300
LimitCORE=0
MemorySwapMax=0
NoNewPrivileges=yes
ProtectHome=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
`,
};
