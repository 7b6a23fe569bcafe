{{/* The model servers of other makers that are on, with what each is known for, as JSON. */}}
{{- define "cluster-ai.modelServers" -}}
{{- $known := list
  (dict "values" "tensorflowServing" "suffix" "tensorflow-serving" "http" 8501 "grpc" 8500 "metrics" 8501 "ready" "/v1/models" "command" (list "tensorflow_model_server" "--port=8500" "--rest_api_port=8501"))
  (dict "values" "torchserve" "suffix" "torchserve" "http" 8080 "grpc" 7070 "metrics" 8082 "ready" "/ping" "command" (list))
  (dict "values" "tensorrtServer" "suffix" "tensorrt-server" "http" 8000 "grpc" 8001 "metrics" 8002 "ready" "/v2/health/ready" "command" (list))
  (dict "values" "onnxRuntime" "suffix" "onnx-runtime" "http" 8000 "grpc" 8001 "metrics" 8002 "ready" "/v2/health/ready" "command" (list)) -}}
{{- $on := list -}}
{{- range $known -}}
{{- if (get $.Values.modelServers .values).enabled -}}{{- $on = append $on . -}}{{- end -}}
{{- end -}}
{{- toJson $on -}}
{{- end -}}
