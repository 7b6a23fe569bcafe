{{/* Pods of a part of this release, as a peer. Arguments: root, component. */}}
{{- define "cluster-ai.peer" -}}
- podSelector:
    matchLabels:
      {{- include "cluster-ai.selector" . | nindent 6 }}
{{- end -}}

{{/* A rule of one or more parts and ports. Arguments: root, direction (from, to), components, ports. */}}
{{- define "cluster-ai.rule" -}}
- {{ .direction }}:
    {{- range .components }}
    {{- include "cluster-ai.peer" (dict "root" $.root "component" .) | nindent 4 }}
    {{- end }}
  ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end -}}

{{/* Peers as they stand in the values. Arguments: direction, peers, ports. */}}
{{- define "cluster-ai.peersRule" -}}
- {{ .direction }}:
    {{- toYaml .peers | nindent 4 }}
  ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end -}}

{{/* Anything in some networks, or anywhere when none is named. Arguments: cidrs, ports. */}}
{{- define "cluster-ai.networksRule" -}}
- ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- if .cidrs }}
  to:
    {{- range .cidrs }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "cluster-ai.dnsRule" -}}
- to:
    {{- toYaml .Values.networkPolicy.dnsTo | nindent 4 }}
  ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end -}}

{{/* The head of a policy for one part. Arguments: root, component, suffix. */}}
{{- define "cluster-ai.policyHead" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "cluster-ai.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "cluster-ai.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end -}}

{{/* The way to the database. Arguments: root, pooled. */}}
{{- define "cluster-ai.databaseRule" -}}
{{- if not .root.Values.postgres.enabled -}}
{{- include "cluster-ai.networksRule" (dict "cidrs" .root.Values.externalDatabase.cidrs "ports" (list .root.Values.externalDatabase.port)) -}}
{{- else if .pooled -}}
{{- include "cluster-ai.rule" (dict "root" .root "direction" "to" "components" (list "pgbouncer") "ports" (list 6432)) -}}
{{- else -}}
{{- include "cluster-ai.rule" (dict "root" .root "direction" "to" "components" (list "postgres") "ports" (list 5432)) -}}
{{- end -}}
{{- end -}}
