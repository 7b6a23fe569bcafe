/**
 * A shell program that runs PostgreSQL and stops it (SIGINT: fast shutdown) when the pipe on its stdin closes or when it
 * is asked to end. PostgreSQL itself does not notice that its parent is gone, so after a SIGKILL of the supervisor it
 * would go on as an orphan and hold the data. The server reads from /dev/null, so the pipe is the guard's alone; what
 * watches the pipe is a process of its own, so it works even when the guard was killed.
 *
 * The environment names what to run: SERVER (program), DATA and SOCKETS (folders), SETTINGS (name=value, one a line).
 * A process list then shows the server's own command once, as the server.
 */
export const postgresGuard = `
exec 3<&0 </dev/null
set -f
IFS='
'
set --
for setting in $SETTINGS; do set -- "$@" -c "$setting"; done
"$SERVER" -D "$DATA" -c "unix_socket_directories=$SOCKETS" "$@" 3<&- &
server=$!
trap 'kill -INT $server' TERM INT HUP
{ read -r line <&3; kill -INT $server; } 2>/dev/null &
watcher=$!
exec 3<&-
code=0
while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
kill $watcher 2>/dev/null
exit $code
`;
