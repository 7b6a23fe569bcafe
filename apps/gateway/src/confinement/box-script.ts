/** A user namespace within this one would give every capability back, over mounts and a network of its own. */
const noFurtherNamespaces = 'echo 0 > /proc/sys/user/max_user_namespaces';

/** For a runner with a network of its own alone: the arguments are its command. */
export const networkScript = `
set -eu
${noFurtherNamespaces}
exec "$@"
`;

/**
 * Builds the folder tree that a runner sees, and replaces itself by the program in it. Run by `sh -c` as root of a user
 * namespace that owns its mounts and its network.
 *
 * Arguments: an empty folder to build in; the folders and files to show, each after `program` or `data`; `--`; the
 * command. All is shown read-only under the path that it has outside. Of /proc there is only the runner's own entry: the
 * numbers, arguments and environments of other processes are not there to be read. Programs are started as rarely as can be:
 * each takes milliseconds, and every model that is tried out waits for all of them.
 *
 * The last command gives up every capability, for good: what was mounted here cannot be changed from inside.
 */
export const boxScript = `
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1
shift
mount -t tmpfs -o mode=0755,size=256k,nosuid,nodev runner "$root"
place() {
  if [ -d "$1" ]; then
    mkdir -p "$root$2"
  else
    if [ ! -d "$root\${2%/*}" ]; then mkdir -p "$root\${2%/*}"; fi
    : > "$root$2"
  fi
  mount -o "bind$3" "$1" "$root$2"
}
show() {
  if [ -e "$root$1" ]; then return; fi
  place "$1" "$1" ",ro,nosuid,nodev$2"
}
for libraries in /lib /lib64 /lib32 /usr/lib /usr/lib64 /usr/lib32; do
  if [ -L "$libraries" ]; then
    mkdir -p "$root\${libraries%/*}"
    ln -s "$(readlink "$libraries")" "$root$libraries"
  elif [ -d "$libraries" ]; then
    show "$libraries" ''
  fi
done
if [ -d /sys/devices/system/cpu ]; then show /sys/devices/system/cpu ,noexec; fi
if [ -d /sys/kernel/mm/transparent_hugepage ]; then show /sys/kernel/mm/transparent_hugepage ,noexec; fi
while [ "$1" != -- ]; do
  if [ "$1" = data ]; then show "$2" ,noexec; else show "$2" ''; fi
  shift 2
done
shift
${noFurtherNamespaces}
for device in null zero urandom; do place "/dev/$device" "/dev/$device" ''; done
for file in cpuinfo meminfo; do place "/proc/$file" "/proc/$file" ''; done
place "/proc/$$" /proc/self ''
place "$(command -v setpriv)" /setpriv ''
place "$(command -v umount)" /umount ''
mount -o remount,bind,ro "$root"
cd "$root"
pivot_root . .
/umount -l .
cd /
unset PWD OLDPWD
exec /setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all -- "$@"
`;
