{{/* Pod Security `restricted`, and what goes beyond it. Arguments: user (also the group of the volumes). */}}
{{- define "cluster-ai.podSecurity" -}}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 .user }}
  runAsGroup: {{ int64 .user }}
  fsGroup: {{ int64 .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "cluster-ai.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "cluster-ai.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Nodes that a pod may run on. Arguments: values of the part. */}}
{{- define "cluster-ai.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Pods of one kind on different nodes and zones, where there are any. Arguments: root, component. */}}
{{- define "cluster-ai.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "cluster-ai.selector" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* Probes of a program with /livez and /readyz. Arguments: port, ready (the path of readiness). */}}
{{- define "cluster-ai.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ .port }} }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ .port }} }
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  httpGet: { path: {{ default "/readyz" .ready }}, port: {{ .port }} }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* The Secret and key with the address of the database. Arguments: root, pooled (through PgBouncer where there is one). */}}
{{- define "cluster-ai.databaseSecret" -}}
{{- if not .root.Values.postgres.enabled -}}
name: {{ default (include "cluster-ai.secretName" (dict "root" .root "which" "postgres")) .root.Values.externalDatabase.urlSecret.name | quote }}
items: [{ key: {{ .root.Values.externalDatabase.urlSecret.key | quote }}, path: database-url }]
{{- else -}}
name: {{ include "cluster-ai.secretName" (dict "root" .root "which" "postgres") | quote }}
items: [{ key: {{ ternary "pgbouncer-url" "url" (and .pooled .root.Values.pgbouncer.enabled) }}, path: database-url }]
{{- end -}}
{{- end -}}

{{/* "true" when there is a Redis. */}}
{{- define "cluster-ai.hasRedis" -}}
{{- if or .Values.redis.enabled .Values.externalRedis.urlSecret.name -}}true{{- end -}}
{{- end -}}

{{/* The Secret and key with the address of Redis. */}}
{{- define "cluster-ai.redisSecret" -}}
{{- if .Values.redis.enabled -}}
name: {{ include "cluster-ai.secretName" (dict "root" . "which" "redis") | quote }}
items: [{ key: url, path: redis-url }]
{{- else -}}
name: {{ .Values.externalRedis.urlSecret.name | quote }}
items: [{ key: {{ .Values.externalRedis.urlSecret.key | quote }}, path: redis-url }]
{{- end -}}
{{- end -}}

{{/* Readable by the group of the pod alone. */}}
{{- define "cluster-ai.secretMode" -}}
0440
{{- end -}}
