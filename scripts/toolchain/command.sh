# shellcheck shell=sh disable=SC2154
# Sourced by the scripts whose namesakes in commands/ are TypeScript, which set $root: gets the npm packages they
# need, and nothing else, and takes their place.

# shellcheck source=scripts/toolchain/node.sh
. "$root/scripts/toolchain/node.sh"
"$node" --disable-warning=ExperimentalWarning "$root/scripts/toolchain/setup.ts" --packages
exec "$node" --disable-warning=ExperimentalWarning "$root/scripts/commands/${0##*/}.ts" "$@"
