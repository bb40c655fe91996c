# shellcheck shell=sh
# Keeps a program of a host running: starts it again when it ends. Its lock, which the program inherits, is held for
# as long as either of them runs. To be called in the services' folder, as the leader of a process group.
# Arguments: the service's name, and the program with its arguments.
set -u
name=$1
shift
exec 9>"$name.lock"
flock -n 9 || exit 0
echo $$ >"$name.pid"
while :; do
  "$@"
  echo "$name ended with $?, and is started again" >&2
  # One that cannot start must not keep the machine busy.
  sleep 1
done
