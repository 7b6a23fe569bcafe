{{/* Configuration files; their hashes in the pods make these start again. */}}
{{- define "cluster-ai.redisConfig" -}}
port 6379
bind * -::*
dir /data
aclfile /run/secrets/redis/users.acl
maxmemory {{ int64 .memoryBytesMax }}
maxmemory-policy volatile-ttl
appendonly yes
appendfsync everysec
save ""
{{- end -}}

{{- define "cluster-ai.pgbouncerConfig" -}}
[databases]
cluster_ai = host={{ include "cluster-ai.fullname" . }}-postgres port=5432 dbname=cluster_ai pool_size={{ .Values.pgbouncer.poolSize }}

[pgbouncer]
listen_addr = *
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /run/secrets/pgbouncer/userlist.txt
pool_mode = transaction
max_client_conn = {{ .Values.pgbouncer.clientConnectionsMax }}
max_prepared_statements = 200
server_idle_timeout = 300
server_connect_timeout = 5
# The control plane gives up after its own limits; a client that waits longer than this is told so.
query_wait_timeout = 20
ignore_startup_parameters = extra_float_digits
{{- end -}}
