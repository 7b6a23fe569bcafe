{{/*
The prefix of every name. 27 characters at most: the pods of a StatefulSet carry its name and 11 characters more in a
label, which holds 63, and the longest is <prefix>-inference-gateway-canary.
*/}}
{{- define "cluster-ai.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains "cluster-ai" .Release.Name -}}
{{- .Release.Name | trunc 27 | trimAll "-." -}}
{{- else -}}
{{- printf "%s-cluster-ai" (.Release.Name | trunc 16 | trimAll "-.") -}}
{{- end -}}
{{- end -}}

{{/* Labels that never change: what selectors and policies go by. Arguments: root, component. */}}
{{- define "cluster-ai.selector" -}}
app.kubernetes.io/name: {{ default "cluster-ai" .root.Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Labels of a pod, whoever installs it: another version of the chart alone starts none again. Arguments: root, component. */}}
{{- define "cluster-ai.podLabels" -}}
{{ include "cluster-ai.selector" . }}
app.kubernetes.io/version: {{ include "cluster-ai.versionLabel" .root | quote }}
app.kubernetes.io/part-of: cluster-ai
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of an object. Arguments: root, component. */}}
{{- define "cluster-ai.labels" -}}
{{ include "cluster-ai.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* A tag holds 128 characters and may end with any of them, a label 63 that end with a letter or a digit. */}}
{{- define "cluster-ai.versionLabel" -}}
{{- default .Chart.AppVersion .Values.image.tag | trunc 63 | trimAll "-_." -}}
{{- end -}}

{{/* The head of an object's metadata. Arguments: root, component, suffix of the name. */}}
{{- define "cluster-ai.metadata" -}}
name: {{ include "cluster-ai.fullname" .root }}-{{ .suffix }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "cluster-ai.labels" . | nindent 2 }}
{{- end -}}

{{/* One of our own images. Arguments: root, image. */}}
{{- define "cluster-ai.image" -}}
{{- $registry := trimSuffix "/" .root.Values.image.registry -}}
{{- $repository := ternary .image.repository (printf "%s/%s" $registry .image.repository) (empty $registry) -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .root.Chart.AppVersion .root.Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* An image of somebody else: tag for people, digest for the machine. */}}
{{- define "cluster-ai.foreignImage" -}}
{{- printf "%s:%s" .repository .tag -}}{{- with .digest }}@{{ . }}{{- end -}}
{{- end -}}

{{/* Name of a Secret. Arguments: root, which (auth, postgres, redis). */}}
{{- define "cluster-ai.secretName" -}}
{{- default (printf "%s-%s" (include "cluster-ai.fullname" .root) .which) (get .root.Values.secrets .which) -}}
{{- end -}}

{{/* Name of a Service with its namespace, for nginx, whose resolver knows no search domains. Arguments: root, suffix. */}}
{{- define "cluster-ai.host" -}}
{{- printf "%s-%s.%s.svc.%s" (include "cluster-ai.fullname" .root) .suffix .root.Release.Namespace .root.Values.clusterDomain -}}
{{- end -}}

{{/* Name of the certificate's Secret at the Ingress. */}}
{{- define "cluster-ai.tlsSecret" -}}
{{- default (printf "%s-tls" (include "cluster-ai.fullname" .)) .Values.ingress.tls.secretName -}}
{{- end -}}

{{/* "true" when people come over TLS. */}}
{{- define "cluster-ai.overTls" -}}
{{- if or (and .Values.ingress.enabled .Values.ingress.tls.enabled) .Values.gatewayApi.enabled .Values.dashboard.tls.secretName -}}true{{- end -}}
{{- end -}}

{{/* Mebibytes of a size such as 20Gi; the schema allows Mi, Gi and Ti, and the API server may have written the same in another unit. */}}
{{- define "cluster-ai.mebibytes" -}}
{{- $number := regexFind "^[0-9]+" . | int64 -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- $factors := dict "Mi" 1 "Gi" 1024 "Ti" 1048576 -}}
{{- if not (hasKey $factors $unit) -}}{{- fail (printf "the size %s is not written in Mi, Gi or Ti" .) -}}{{- end -}}
{{- mul $number (get $factors $unit | int64) -}}
{{- end -}}
