# shellcheck shell=sh
# The first process of a lab: process 1 of its own process, mount, network and, where the kernel allows it, user
# namespace. They live as long as it does, and it lives as long as the lab's folder names this lab.
# Arguments: the lab's folder and id. File descriptor 3 is told when the lab can be entered.
set -eu
folder=$1
id=$2
mount -t tmpfs -o mode=0755 lab /run
mkdir /run/netns
echo none >/run/version
ip link set lo up
echo ready >&3
exec 3>&-
while read -r current <"$folder/id" && [ "$current" = "$id" ]; do
  # In the background, so that dash reaps whatever else has ended meanwhile.
  sleep 2 &
  wait $!
done 2>/dev/null
