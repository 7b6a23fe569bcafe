{{/*
/etc/nginx/settings of the dashboard's image: files by name. What does not differ between clusters lies in
files/front-door, which `make manifests` copies from web-dashboard/nginx/settings; the rest is what tools/front-door
writes for these values, and a test compares them.
*/}}
{{- define "cluster-ai.frontDoor" -}}
{{- $files := dict -}}
{{- range $path, $content := .Files.Glob "files/front-door/*.conf" -}}
{{- $_ := set $files (base $path) (toString $content) -}}
{{- end -}}
{{- range $name := list "resolver" "upstreams" "trusted-proxies" "listen" "listen-plain" "listen-grpc" "redirect" -}}
{{- $text := include (printf "cluster-ai.frontDoor.%s" $name) $ -}}
{{- $_ := set $files (printf "%s.conf" $name) (printf "%s\n\n%s\n" (include "cluster-ai.frontDoor.head" $) (trim $text)) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $files .Values.dashboard.settings) -}}
{{- end -}}

{{- define "cluster-ai.frontDoor.head" -}}
# Written by `node tools/front-door.ts` from the environment: docs/guides/front-door.md says what can be set.
{{- end -}}

{{- define "cluster-ai.frontDoor.resolver" -}}
resolver {{ default (printf "kube-dns.kube-system.svc.%s" .Values.clusterDomain) .Values.dashboard.resolver }} valid=2s;
resolver_timeout 10s;
{{- end -}}

{{- define "cluster-ai.frontDoor.upstreams" -}}
# Control plane and gateways, each a variable: that makes nginx look names up while it runs, again and again. Containers
# that come back under another address are found, and a request goes on to the next address of a name when it cannot be
# sent to one. Addresses stand in a list of their own.

map "" $backend {
  default {{ include "cluster-ai.host" (dict "root" . "suffix" "backend-pods") }}:3000;
}
{{- range list (dict "variable" "gateways" "port" 8000) (dict "variable" "gateways_grpc" "port" 8001) }}
{{- $stable := printf "%s:%d" (include "cluster-ai.host" (dict "root" $ "suffix" "inference-gateway-pods")) .port }}
{{- $canary := printf "%s:%d" (include "cluster-ai.host" (dict "root" $ "suffix" "inference-gateway-canary-pods")) .port }}
{{ if and $.Values.gateway.canary.enabled (gt (int $.Values.gateway.canary.weight) 0) }}
split_clients $request_id ${{ .variable }} {
  {{ $.Values.gateway.canary.weight }}% {{ $canary }};
  * {{ $stable }};
}
{{- else }}
map "" ${{ .variable }} {
  default {{ $stable }};
}
{{- end }}
{{- end }}
{{- end -}}

{{- define "cluster-ai.frontDoor.trusted-proxies" -}}
{{- range .Values.trustedProxies }}
set_real_ip_from {{ . }};
{{- end }}
{{- if .Values.trustedProxies }}
real_ip_header X-Forwarded-For;
real_ip_recursive on;
{{- end }}
geo $realip_remote_addr $from_trusted_proxy {
  default no;
{{- range .Values.trustedProxies }}
  {{ . }} yes;
{{- end }}
}
{{- end -}}

{{/* Arguments: root, port, options. */}}
{{- define "cluster-ai.frontDoor.address" -}}
listen {{ .port }}{{ .options }};
{{- if eq .root.Values.listenHost "::" }}
listen [::]:{{ .port }}{{ .options }};
{{- end }}
{{- end -}}

{{- define "cluster-ai.frontDoor.certificate" -}}
ssl_certificate /run/secrets/tls_cert;
ssl_certificate_key /run/secrets/tls_key;
{{- end -}}

{{- define "cluster-ai.frontDoor.listen" -}}
{{- if .Values.dashboard.tls.secretName -}}
{{ include "cluster-ai.frontDoor.address" (dict "root" . "port" 8443 "options" " ssl http2") }}
{{ include "cluster-ai.frontDoor.certificate" . }}
{{- else -}}
{{ include "cluster-ai.frontDoor.listen-plain" . }}
{{- end -}}
{{- end -}}

{{- define "cluster-ai.frontDoor.listen-plain" -}}
{{ include "cluster-ai.frontDoor.address" (dict "root" . "port" 8080 "options" "") }}
{{- end -}}

{{- define "cluster-ai.frontDoor.listen-grpc" -}}
{{- if .Values.dashboard.tls.secretName -}}
{{ include "cluster-ai.frontDoor.address" (dict "root" . "port" 8001 "options" " ssl http2") }}
{{ include "cluster-ai.frontDoor.certificate" . }}
{{- else -}}
{{ include "cluster-ai.frontDoor.address" (dict "root" . "port" 8001 "options" " http2") }}
{{- end -}}
{{- end -}}

{{- define "cluster-ai.frontDoor.redirect" -}}
{{- if .Values.dashboard.tls.secretName -}}
map "" $redirect_to {
  default https://{{ .Values.hosts.dashboard }};
}
include front-door/redirect.conf;
{{- else -}}
# Without TLS there is nowhere to lead to.
{{- end -}}
{{- end -}}
