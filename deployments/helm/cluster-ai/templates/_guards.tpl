{{/* What an upgrade must not do to a running installation. `lookup` finds nothing in `helm template`, and then nothing is compared. */}}
{{- define "cluster-ai.guards" -}}
{{- $v := .Values -}}
{{- $name := include "cluster-ai.fullname" . -}}
{{- $postgres := lookup "apps/v1" "StatefulSet" .Release.Namespace (printf "%s-postgres" $name) -}}
{{- if and $postgres $v.postgres.enabled -}}
{{- $major := dig "metadata" "labels" "cluster-ai.dev/postgres-major" "" $postgres.spec.template -}}
{{- if and $major (ne $major (toString $v.postgres.major)) -}}
{{- fail (printf "the running PostgreSQL is version %s and the values ask for %s: a data folder belongs to one major version. Back up (make backup), install %s under a new release name or with an external database, restore there; or set postgres.major=%s again." $major (toString $v.postgres.major) (toString $v.postgres.major) $major) -}}
{{- end -}}
{{- end -}}
{{- if and $postgres (not $v.postgres.enabled) (not $v.externalDatabase.urlSecret.name) -}}
{{- fail "postgres.enabled went to false and no external database is named: the installation would lose its data." -}}
{{- end -}}
{{- range $part := list (dict "suffix" "postgres" "on" $v.postgres.enabled "values" $v.postgres.persistence "path" "postgres.persistence") (dict "suffix" "redis" "on" $v.redis.enabled "values" $v.redis.persistence "path" "redis.persistence") (dict "suffix" "inference-gateway" "on" true "values" $v.gateway.persistence "path" "gateway.persistence") -}}
{{- $running := lookup "apps/v1" "StatefulSet" $.Release.Namespace (printf "%s-%s" $name $part.suffix) -}}
{{- if and $running $part.on -}}
{{- include "cluster-ai.guardVolume" (dict "running" $running "part" $part "root" $) -}}
{{- end -}}
{{- end -}}
{{- $claim := lookup "v1" "PersistentVolumeClaim" .Release.Namespace (printf "%s-models" $name) -}}
{{- if and $claim (not $v.controlPlane.storage.existingClaim) -}}
{{- $has := $claim.spec.resources.requests.storage -}}
{{- if lt (include "cluster-ai.mebibytes" $v.controlPlane.storage.size | int64) (include "cluster-ai.mebibytes" $has | int64) -}}
{{- fail (printf "controlPlane.storage.size is %s and the claim %s-models has %s: a volume cannot shrink. Set %s or more." $v.controlPlane.storage.size $name $has $has) -}}
{{- end -}}
{{- if not (has $v.controlPlane.storage.accessMode $claim.spec.accessModes) -}}
{{- fail (printf "controlPlane.storage.accessMode is %s and the claim %s-models was made with %s, which cannot change: copy the files to a new claim and name it in controlPlane.storage.existingClaim." $v.controlPlane.storage.accessMode $name (join ", " $claim.spec.accessModes)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The volume templates of a StatefulSet cannot change. Arguments: running, part, root. */}}
{{- define "cluster-ai.guardVolume" -}}
{{- $template := first (.running.spec.volumeClaimTemplates | default list) -}}
{{- $wanted := .part.values -}}
{{- $statefulSet := .running.metadata.name -}}
{{- $recreate := printf "kubectl -n %s delete statefulset %s --cascade=orphan, then upgrade: pods and data stay" .root.Release.Namespace $statefulSet -}}
{{- $persistent := get $wanted "enabled" | toString | ne "false" -}}
{{- if ne $persistent (not (empty $template)) -}}
{{- fail (printf "%s.enabled changed, and the volumes of a StatefulSet cannot: first %s." .part.path $recreate) -}}
{{- end -}}
{{- if $template -}}
{{- $has := $template.spec.resources.requests.storage -}}
{{- $hasMebibytes := include "cluster-ai.mebibytes" $has | int64 -}}
{{- $wantedMebibytes := include "cluster-ai.mebibytes" $wanted.size | int64 -}}
{{- if lt $wantedMebibytes $hasMebibytes -}}
{{- fail (printf "%s.size is %s and the volumes of %s have %s: a volume cannot shrink. Set %s or more." .part.path $wanted.size $statefulSet $has $has) -}}
{{- end -}}
{{- if gt $wantedMebibytes $hasMebibytes -}}
{{- fail (printf "%s.size grew from %s to %s, and the volume template of a StatefulSet cannot change: enlarge the claims (kubectl patch pvc …), then %s." .part.path $has $wanted.size $recreate) -}}
{{- end -}}
{{- if ne (default "" $template.spec.storageClassName) (default (default "" $template.spec.storageClassName) $wanted.storageClass) -}}
{{- fail (printf "%s.storageClass changed from %s to %s, and the volume template of a StatefulSet cannot: move the data, then %s." .part.path $template.spec.storageClassName $wanted.storageClass $recreate) -}}
{{- end -}}
{{- end -}}
{{- end -}}
