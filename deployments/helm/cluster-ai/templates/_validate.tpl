{{/* What the schema cannot say: values that do not fit one another. */}}
{{- define "cluster-ai.validate" -}}
{{- $v := .Values -}}
{{- $name := include "cluster-ai.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- fail (printf "every name would begin with %s, and the name of a Service holds small letters, digits and - and begins with a letter: set fullnameOverride." $name) -}}
{{- end -}}
{{- if ne (len (uniq (list $v.hosts.dashboard $v.hosts.api $v.hosts.ml))) 3 -}}
{{- fail (printf "hosts.dashboard, hosts.api and hosts.ml are %s, %s and %s: give each a name of its own." $v.hosts.dashboard $v.hosts.api $v.hosts.ml) -}}
{{- end -}}
{{- range $part, $own := dict "controlPlane" "DATABASE_URL_FILE" "gateway" "CLUSTER_AI_GATEWAY_NAME" -}}
{{- $set := list "REDIS_URL_FILE" $own -}}
{{- range (get $v $part).extraEnv -}}
{{- if has .name $set -}}
{{- fail (printf "%s.extraEnv names %s, which the chart or the list itself sets already: leave it out." $part .name) -}}
{{- end -}}
{{- $set = append $set .name -}}
{{- end -}}
{{- end -}}
{{- $storage := $v.controlPlane.storage -}}
{{- $planes := ternary $v.controlPlane.autoscaling.maxReplicas $v.controlPlane.replicas $v.controlPlane.autoscaling.enabled | int -}}
{{- if and (gt $planes 1) (ne $storage.accessMode "ReadWriteMany") -}}
{{- fail (printf "controlPlane.storage.accessMode is %s, and there may be %d control planes, which share model files: set ReadWriteMany, or controlPlane.autoscaling.enabled=false and controlPlane.replicas=1." $storage.accessMode $planes) -}}
{{- end -}}
{{- range $part := list "controlPlane" "gateway" "dashboard" -}}
{{- $scale := (get $v $part).autoscaling -}}
{{- if and $scale.enabled (gt ($scale.minReplicas | int) ($scale.maxReplicas | int)) -}}
{{- fail (printf "%s.autoscaling.minReplicas (%d) is above maxReplicas (%d): lower it." $part ($scale.minReplicas | int) ($scale.maxReplicas | int)) -}}
{{- end -}}
{{- if $scale.enabled -}}
{{- $asked := (get $v $part).resources.requests | default dict -}}
{{- range $resource := list "cpu" "memory" -}}
{{- if not (hasKey $asked $resource) -}}
{{- fail (printf "%s.resources.requests.%s is not set: autoscaling needs to know of what its target is a percentage. Set it, or %s.autoscaling.enabled=false." $part $resource $part) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.postgres.enabled $v.externalDatabase.urlSecret.name -}}
{{- fail "postgres.enabled is true and externalDatabase.urlSecret.name is set: which database shall it be? Set postgres.enabled=false for the external one, or empty the name." -}}
{{- end -}}
{{- if and (not $v.postgres.enabled) (not $v.externalDatabase.urlSecret.name) (not $v.secrets.postgres) -}}
{{- fail "there is no database: postgres.enabled is false and externalDatabase.urlSecret.name is empty. Make a Secret with the address of your PostgreSQL and name it there." -}}
{{- end -}}
{{- if and $v.pgbouncer.enabled (not $v.postgres.enabled) -}}
{{- fail "pgbouncer.enabled needs postgres.enabled: for an external database use its own pooler (CloudNativePG: kind Pooler) and put the pooler's address into the Secret of externalDatabase.urlSecret." -}}
{{- end -}}
{{- if and $v.pgbouncer.enabled (gt (mul ($v.pgbouncer.replicas | int) ($v.pgbouncer.poolSize | int)) (sub ($v.postgres.connectionsMax | int) 10)) -}}
{{- fail (printf "pgbouncer.replicas x pgbouncer.poolSize is %d, and postgres.connectionsMax is %d with 10 kept for people: lower one or raise the other." (mul ($v.pgbouncer.replicas | int) ($v.pgbouncer.poolSize | int)) ($v.postgres.connectionsMax | int)) -}}
{{- end -}}
{{- if and $v.postgres.enabled (not $v.pgbouncer.enabled) (gt (mul $planes 10) (sub ($v.postgres.connectionsMax | int) 10)) -}}
{{- fail (printf "%d control planes open up to %d connections, and postgres.connectionsMax is %d with 10 kept for people: raise it, or set pgbouncer.enabled=true." $planes (mul $planes 10) ($v.postgres.connectionsMax | int)) -}}
{{- end -}}
{{- if and $v.postgres.enabled (not (hasPrefix (printf "%d." ($v.postgres.major | int)) (printf "%s." $v.postgres.image.tag))) (not (hasPrefix (printf "%d-" ($v.postgres.major | int)) $v.postgres.image.tag)) -}}
{{- fail (printf "postgres.image.tag is %s and postgres.major is %d: they must name the same version of PostgreSQL." $v.postgres.image.tag ($v.postgres.major | int)) -}}
{{- end -}}
{{- if and $v.redis.enabled $v.externalRedis.urlSecret.name -}}
{{- fail "redis.enabled is true and externalRedis.urlSecret.name is set: which Redis shall it be? Set redis.enabled=false for the external one, or empty the name." -}}
{{- end -}}
{{- if and $v.gateway.canary.enabled (not $v.gateway.canary.image.digest) -}}
{{- fail "gateway.canary.enabled needs gateway.canary.image.digest: a canary of the image that serves already would show nothing." -}}
{{- end -}}
{{- if and $v.gatewayApi.enabled (not $v.gatewayApi.gatewayClassName) (not $v.gatewayApi.parentRefs) -}}
{{- fail "gatewayApi.enabled needs a Gateway: set gatewayApi.gatewayClassName for one of the chart, or name yours in gatewayApi.parentRefs." -}}
{{- end -}}
{{- $parents := list -}}
{{- range $v.gatewayApi.parentRefs -}}
{{- $parents = append $parents (printf "%s/%s" (default $.Release.Namespace .namespace) .name) -}}
{{- end -}}
{{- if ne (len $parents) (len (uniq $parents)) -}}
{{- range $v.gatewayApi.parentRefs -}}
{{- if not (or .sectionName .port) -}}
{{- fail (printf "gatewayApi.parentRefs names a Gateway more than once, and %s without sectionName: each needs one, and another." .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingress.tls.clusterIssuer (not $v.ingress.tls.enabled) -}}
{{- fail "ingress.tls.clusterIssuer is set and ingress.tls.enabled is false: enable it, or empty the issuer." -}}
{{- end -}}
{{- range $server, $values := $v.modelServers -}}
{{- if and $values.enabled (not $values.modelsClaim) -}}
{{- fail (printf "modelServers.%s.modelsClaim is empty: name a claim in this namespace that holds the models." $server) -}}
{{- end -}}
{{- end -}}
{{- end -}}
