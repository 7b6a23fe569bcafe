{{/* Gateways of one track. Arguments: root, track (stable, canary), suffix, image. */}}
{{- define "cluster-ai.gateway" -}}
{{- $root := .root -}}
{{- $v := .root.Values.gateway -}}
{{- $part := dict "root" .root "component" "ml-serving" "suffix" .suffix -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "cluster-ai.metadata" $part | nindent 2 }}
    cluster-ai.dev/track: {{ .track }}
spec:
  {{- if eq .track "canary" }}
  replicas: {{ $v.canary.replicas }}
  {{- else if not $v.autoscaling.enabled }}
  replicas: {{ $v.replicas }}
  {{- end }}
  serviceName: {{ include "cluster-ai.fullname" .root }}-{{ .suffix }}-pods
  revisionHistoryLimit: 5
  # Gateways need nothing of one another.
  podManagementPolicy: Parallel
  updateStrategy: { type: RollingUpdate }
  {{- if $v.persistence.enabled }}
  # A gateway that is scaled away takes its copies of models with it; those of a release that is gone stay.
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain, whenScaled: Delete }
  {{- end }}
  selector:
    matchLabels:
      {{- include "cluster-ai.selector" $part | nindent 6 }}
      cluster-ai.dev/track: {{ .track }}
  template:
    metadata:
      labels:
        {{- include "cluster-ai.podLabels" $part | nindent 8 }}
        cluster-ai.dev/track: {{ .track }}
      annotations:
        checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
        {{- with $v.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "cluster-ai.fullname" .root }}-inference-gateway
      {{- include "cluster-ai.pullSecrets" .root | nindent 6 }}
      {{- include "cluster-ai.podSecurity" (dict "user" 65532) | nindent 6 }}
      {{- include "cluster-ai.spread" $part | nindent 6 }}
      {{- include "cluster-ai.placement" $v | nindent 6 }}
      terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
      containers:
        - name: gateway
          image: {{ include "cluster-ai.image" (dict "root" .root "image" .image) | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          # The image names an address as well, and a flag wins.
          args: [--config, /etc/cluster-ai/gateway.yaml, --http.host, '{{ .root.Values.listenHost }}', --metrics.host, '{{ .root.Values.listenHost }}']
          env:
            - name: CLUSTER_AI_GATEWAY_NAME
              valueFrom: { fieldRef: { fieldPath: metadata.name } }
            {{- if include "cluster-ai.hasRedis" .root }}
            - { name: REDIS_URL_FILE, value: /run/secrets/cluster-ai/redis-url }
            {{- end }}
            {{- with $v.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - { name: http, containerPort: 8000 }
            - { name: grpc, containerPort: 8001 }
            - { name: metrics, containerPort: 8002 }
          {{- include "cluster-ai.probes" (dict "port" "metrics") | nindent 10 }}
          lifecycle:
            preStop: { sleep: { seconds: 5 } }
          {{- include "cluster-ai.containerSecurity" .root | nindent 10 }}
          resources:
            {{- toYaml $v.resources | nindent 12 }}
          volumeMounts:
            - { name: config, mountPath: /etc/cluster-ai, readOnly: true }
            - { name: secrets, mountPath: /run/secrets/cluster-ai, readOnly: true }
            - { name: data, mountPath: /var/lib/cluster-ai }
            - { name: shared-memory, mountPath: /dev/shm }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: config
          configMap: { name: {{ include "cluster-ai.fullname" .root }}-inference-gateway }
        - name: secrets
          projected:
            defaultMode: {{ include "cluster-ai.secretMode" . }}
            sources:
              - secret:
                  name: {{ include "cluster-ai.secretName" (dict "root" .root "which" "auth") | quote }}
                  items: [{ key: gateway-token, path: gateway-token }]
              {{- if include "cluster-ai.hasRedis" .root }}
              - secret:
                  {{- include "cluster-ai.redisSecret" .root | nindent 18 }}
              {{- end }}
        - name: shared-memory
          emptyDir: { medium: Memory, sizeLimit: {{ $v.sharedMemorySize }} }
        - name: tmp
          emptyDir: { sizeLimit: 256Mi }
        {{- if not $v.persistence.enabled }}
        - name: data
          emptyDir: { sizeLimit: {{ $v.persistence.size }} }
        {{- end }}
  {{- if $v.persistence.enabled }}
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $v.persistence.storageClass }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources:
          requests: { storage: {{ $v.persistence.size }} }
  {{- end }}
---
# Names of single gateways; nginx goes on to the next one when one does not answer.
apiVersion: v1
kind: Service
metadata:
  {{- include "cluster-ai.metadata" (dict "root" .root "component" "ml-serving" "suffix" (printf "%s-pods" .suffix)) | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "cluster-ai.selector" $part | nindent 4 }}
    cluster-ai.dev/track: {{ .track }}
  ports:
    - { name: http, port: 8000, targetPort: http, appProtocol: http }
    - { name: grpc, port: 8001, targetPort: grpc, appProtocol: kubernetes.io/h2c }
{{- end -}}

{{/* Ports of a Service in front of gateways. */}}
{{- define "cluster-ai.gatewayPorts" -}}
- { name: http, port: 8000, targetPort: http, appProtocol: http }
- { name: web, port: 80, targetPort: http, appProtocol: http }
- { name: grpc, port: 8001, targetPort: grpc, appProtocol: kubernetes.io/h2c }
- { name: metrics, port: 8002, targetPort: metrics }
{{- end -}}
