# Every door to the project. "make help" lists them. Needs GNU make, and Node 20 or later with npm to begin with:
# the first thing that a door does is to fetch the Node that the project runs on.

SHELL := /bin/sh
NODE := $(CURDIR)/.tools/bin/node
# Children that are looked up by name (npm's programs) meet the same Node.
WITH_NODE = env PATH="$(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$$PATH"

# ONNX Runtime reports to its makers unless it is told not to.
export ORT_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: build dev-up prod-up status health logs restart down cli secrets up example-ocr backup restore test check unit test-system fuzz fuzz-edge edge-differences bench bench-peers bench-json bench-loading soak mutate sbom drills backup-postgres backup-redis performance-test cdn-config-update monitoring-up monitoring-down format docs wasm models bootstrap clean help test-containers test-cluster release-build promote canary release-rollback release-history security-scan image-sboms sign verify signing-key test-supply prod-build dev-build docker-build-optimized dist manifests helm-lint pgbouncer-deploy redis-cluster-deploy tensorflow-serving-deploy torchserve-deploy gpu-optimization-deploy model-cache-deploy inference-optimization-deploy ml-monitoring-deploy ml-autoscaling-deploy model-registry-deploy performance-monitoring-deploy model-backup-deploy

##@ Use

up: bootstrap ## Start Cluster AI on this machine (options: make up ARGS="--help")
	@exec "$(NODE)" apps/cli/src/main.ts up $(ARGS)

example-ocr: bootstrap ## Push PP-OCR to the running platform and read a picture (ARGS="picture.jpg")
	@exec $(WITH_NODE) node tools/example-ocr.ts $(ARGS)

backup: bootstrap ## Back everything up into one file (make backup ARGS="<folder> --key-file <file>")
	@exec "$(NODE)" apps/cli/src/main.ts backup $(ARGS)

restore: bootstrap ## Restore a backup (make restore ARGS="<file> --key-file <file>")
	@exec "$(NODE)" apps/cli/src/main.ts restore $(ARGS)

##@ Prove

test: bootstrap ## All checks and all tests; says first what needs root
	@exec $(WITH_NODE) node tools/test.ts

check: bootstrap ## Types, lint, format, dead code and house style
	@exec $(WITH_NODE) node tools/test.ts checks

unit: bootstrap ## The tests beside the code
	@exec $(WITH_NODE) node tools/test.ts unit

test-system: bootstrap ## The tests that start whole programs (tests/)
	@exec $(WITH_NODE) node tools/test.ts system

test-containers: bootstrap ## Build the images and run both compose sets on a Docker engine of its own (root; minutes)
	@exec $(WITH_NODE) node tools/test.ts containers

test-cluster: bootstrap ## Install the chart on a Kubernetes API server of its own (the first time it is built: half an hour)
	@exec $(WITH_NODE) node tools/test.ts cluster

# TARGET=a,b MINUTES=60 SEED=1 INPUT=file, and KEEP=1 to keep what was learnt as the corpus.
FUZZ_ARGS = $(if $(TARGET),--target "$(TARGET)") $(if $(MINUTES),--minutes "$(MINUTES)") $(if $(SEED),--seed "$(SEED)") \
  $(if $(INPUT),--input "$(INPUT)") $(if $(KEEP),--keep)

fuzz: bootstrap ## Look for inputs that break a decoder, for an hour (options: TARGET=, MINUTES=, SEED=, INPUT=, KEEP=1)
	@exec $(WITH_NODE) node tests/fuzz/fuzz.ts $(FUZZ_ARGS)

edge-differences: bootstrap ## Send the same broken calls to our gRPC server and to grpc-js, and compare (MINUTES=60 SEED=7)
	@exec $(WITH_NODE) node tests/conformance/http2/difference/main.ts $(if $(MINUTES),--minutes "$(MINUTES)") $(if $(SEED),--seed "$(SEED)")

fuzz-edge: bootstrap ## Compare what our HTTP server and Node's make of the same bytes, for an hour (ARGS="--minutes 60 --seed 1")
	@exec $(WITH_NODE) node tests/conformance/http1/fuzz-edge.ts $(ARGS)

bench: bootstrap ## Measure the gateway beside the plain session.run() loop
	@$(WITH_NODE) node tools/install-bench-programs.ts
	@exec $(WITH_NODE) node tests/load/bench.ts $(ARGS)

bench-peers: bootstrap ## Measure every model server of PyPI beside the gateway, half an hour for five rounds (ARGS="--only mlserver,litserve --rounds 1 --dry")
	@$(WITH_NODE) node tools/install-bench-programs.ts
	@exec $(WITH_NODE) node tests/load/bench-peers.ts $(ARGS)

bench-json: bootstrap ## Measure number arrays in JSON beside JSON.parse and the plain path (ARGS="--rounds 9")
	@exec $(WITH_NODE) node tests/load/json-tensors.ts $(ARGS)

bench-loading: bootstrap ## What loading 100 MB costs those who are served, and what 500 loads leave (ARGS="--rounds 3 --cycles 500")
	@exec $(WITH_NODE) node tests/load/loading.ts $(ARGS)

soak: bootstrap ## A day of the platform in an hour: does anything grow or stay? (ARGS="--minutes 60 --seed 1")
	@exec $(WITH_NODE) node tests/load/soak.ts $(ARGS)

mutate: bootstrap ## Break every manifest, template, Dockerfile stage, workflow and script in turn: does a test go red? (ARGS="--only nginx")
	@exec $(WITH_NODE) node tools/mutate.ts $(ARGS)

sbom: bootstrap ## Write what is shipped, with hashes, as CycloneDX into sbom.cdx.json
	@exec $(WITH_NODE) node tools/sbom.ts

drills: bootstrap ## Break a whole platform in 100 random rounds, and check what its clients saw (SEED=7 ROUNDS=20 FROM=0)
	@exec $(WITH_NODE) node tests/drills/rounds/main.ts --seed "$(SEED)" --rounds "$(or $(ROUNDS),100)" --from "$(or $(FROM),0)"

##@ Ship

secrets: bootstrap ## Make the secrets and the certificate of the compose sets that are missing, once, into secrets/
	@exec "$(NODE)" tools/compose.ts secrets

build: bootstrap ## Build the images of the production set (CLUSTER_AI_REGISTRY and CLUSTER_AI_VERSION name them; ARGS="--build-arg …")
	@exec "$(NODE)" tools/compose.ts build $(ARGS)

prod-build: build ## The same as make build

dev-build: bootstrap ## What the development set runs: packages and dashboard of this checkout, on the stock image of Node

docker-build-optimized: ## Build the gateway from performance/docker/Dockerfile.optimized: the same build as make build's
	@command -v docker >/dev/null 2>&1 || { echo "docker is not on PATH. Install it (Debian: apt-get install docker.io), then run make again." >&2; exit 1; }
	DOCKER_BUILDKIT=1 docker build --file performance/docker/Dockerfile.optimized \
	  --tag "$${CLUSTER_AI_REGISTRY:-}cluster-ai/gateway:$${CLUSTER_AI_VERSION:-0.1.0}" $(ARGS) .

dist: bootstrap ## Write a bundle of each program into dist/, as the images carry it (ARGS="--only gateway --architecture arm64")
	@exec "$(NODE)" tools/dist.ts $(ARGS)

prod-up: bootstrap ## Start the production set of containers, or bring it up to date without losing a prediction
	@exec "$(NODE)" tools/compose.ts prod-up

dev-up: bootstrap ## Start the development set of containers: what is saved in the checkout runs at once
	@exec env CLUSTER_AI_DEV_USER="$$(id -u):$$(id -g)" "$(NODE)" tools/compose.ts dev-up

status: bootstrap ## The containers of both sets, their state, health and restarts (ARGS=prod or ARGS=dev for one set)
	@exec "$(NODE)" tools/compose.ts status $(ARGS)

health: bootstrap ## Whether every service is healthy by its own check; fails when one is not (ARGS=prod or dev)
	@exec "$(NODE)" tools/compose.ts health $(ARGS)

logs: bootstrap ## The last lines of the containers (ARGS="--follow backend")
	@exec "$(NODE)" tools/compose.ts logs $(ARGS)

restart: bootstrap ## Start the programs again, one after the other, each healthy before the next (ARGS="inference-gateway-1")
	@exec "$(NODE)" tools/compose.ts restart $(ARGS)

down: bootstrap ## Stop the containers; the data is kept, and it says how to delete it
	@exec "$(NODE)" tools/compose.ts down $(ARGS)

cli: bootstrap ## The command line inside the running set, as administrator (ARGS="user setup-code")
	@exec "$(NODE)" tools/compose.ts cli $(ARGS)

backup-postgres: backup ## The database is part of make backup, whole and with what belongs to it (same ARGS)

backup-redis: ## Says why there is nothing of Redis to back up
	@echo "Redis holds counters of limits, sessions and failed sign-ins only: all of it may be lost, and people sign in again." >&2; \
	echo "What must be kept is in the database and the model files: make backup. A dump of Redis alone comes in a later version." >&2; exit 1

performance-test: bench ## The name that make bench had (same ARGS)

cdn-config-update: ## Later: the settings of a CDN
	@echo "No configuration of a CDN is part of this version. The front door (web-dashboard/nginx.conf) sends the headers that a CDN goes by." >&2; exit 1

security-scan: bootstrap ## Weak packages, licences, secrets: what must not be shipped, and what to do (ARGS="--help")
	@exec $(WITH_NODE) node tools/security-scan.ts $(ARGS)

image-sboms: bootstrap ## Write what is in each image of a release as CycloneDX (RELEASE=release.json)
	@exec $(WITH_NODE) node tools/release-images.ts sboms --release "$(RELEASE)" $(ARGS)

sign: bootstrap ## Sign the images of a release, with provenance and SBOM (RELEASE=release.json COSIGN_KEY_FILE=)
	@exec $(WITH_NODE) node tools/release-images.ts sign --release "$(RELEASE)" $(ARGS)

verify: bootstrap ## Refuse a release with an image that is altered or not signed (RELEASE=release.json COSIGN_PUBLIC_KEY_FILE=)
	@exec $(WITH_NODE) node tools/release-images.ts verify --release "$(RELEASE)" $(ARGS)

signing-key: bootstrap ## Make a pair of keys to sign with, under COSIGN_PASSWORD (ARGS="--folder secrets/signing")
	@exec $(WITH_NODE) node tools/release-images.ts key $(ARGS)

test-supply: bootstrap ## The gate with real scanners, and signing with a real registry; minutes to build the first time
	@exec $(WITH_NODE) node tools/test.ts supply

# What the two say; one sentence, whichever is typed.
NO_MONITORING = Rules, alerts, dashboards, logs and traces come in a later version. Prometheus with its scrape configuration starts with make prod-up and stops with make down.

monitoring-up: ## Later: alerts, dashboards, logs and traces
	@echo "$(NO_MONITORING)" >&2; exit 1

monitoring-down: ## Later: stop what monitoring-up will start
	@echo "$(NO_MONITORING)" >&2; exit 1

# RELEASE=release.json TARGET=<file>; deployments/release/ has examples of targets.
RELEASE_DOOR = @exec $(WITH_NODE) node tools/release.ts
RELEASE_WORDS = --release "$(RELEASE)" --target "$(TARGET)" --passed "$(PASSED)"

release-build: bootstrap ## Build and push each image once, and write the digests (REGISTRY=registry.example.com/ RELEASE=release.json PLATFORMS= ARGS=)
	$(RELEASE_DOOR) build --registry "$(REGISTRY)" --release "$(RELEASE)" --version "$(VERSION)" --platforms "$(PLATFORMS)" -- $(ARGS)

promote: bootstrap ## Bring a release to a target as a whole, test and judge it, or take it back (RELEASE= TARGET= PASSED=)
	$(RELEASE_DOOR) promote $(RELEASE_WORDS)

canary: bootstrap ## Bring a release to a target step by step, or take it back (RELEASE= TARGET= PASSED=)
	$(RELEASE_DOOR) canary $(RELEASE_WORDS)

release-rollback: bootstrap ## End a canary whose run was killed, or bring back the release before (TARGET=)
	$(RELEASE_DOOR) rollback --target "$(TARGET)"

release-history: bootstrap ## What happened to a target, from its record (TARGET= RECORD=copy.jsonl)
	$(RELEASE_DOOR) history --target "$(TARGET)" --record "$(RECORD)"

# On a cluster: HELM_RELEASE= and NAMESPACE= (both cluster-ai), MODELS_CLAIM= for model servers, ARGS= for helm upgrade.
DEPLOY = $(WITH_NODE) HELM_RELEASE="$(HELM_RELEASE)" NAMESPACE="$(NAMESPACE)" MODELS_CLAIM="$(MODELS_CLAIM)" node tools/deploy.ts

helm-lint: bootstrap ## Lint the chart, and render every scenario of its ci/ folder
	@exec $(WITH_NODE) node tools/helm-lint.ts

pgbouncer-deploy: bootstrap ## Add PgBouncer to the installation on a cluster (HELM_RELEASE= NAMESPACE=)
	@exec $(DEPLOY) pgbouncer $(ARGS)

tensorflow-serving-deploy: bootstrap ## Add TensorFlow Serving (MODELS_CLAIM=<claim with the models>)
	@exec $(DEPLOY) tensorflow-serving $(ARGS)

torchserve-deploy: bootstrap ## Add TorchServe (MODELS_CLAIM=<claim with the .mar files>)
	@exec $(DEPLOY) torchserve $(ARGS)

gpu-optimization-deploy: bootstrap ## Add Triton on nodes with GPUs (MODELS_CLAIM=<claim with the model repository>)
	@exec $(DEPLOY) gpu-optimization $(ARGS)

inference-optimization-deploy: bootstrap ## Let gateways batch for a latency objective (ai-ml/inference/values.yaml)
	@exec $(DEPLOY) inference-optimization $(ARGS)

ml-autoscaling-deploy: bootstrap ## Scale gateways on CPU and memory
	@exec $(DEPLOY) ml-autoscaling $(ARGS)

ml-monitoring-deploy: bootstrap ## Let the Prometheus Operator read gateways and control planes
	@exec $(DEPLOY) ml-monitoring $(ARGS)

model-registry-deploy: bootstrap ## Give the registry, which is the control plane, its own Service name
	@exec $(DEPLOY) model-registry $(ARGS)

model-cache-deploy: bootstrap ## Let every gateway keep its models on a volume
	@exec $(DEPLOY) model-cache $(ARGS)

redis-cluster-deploy: bootstrap ## Later: says what there is instead
	@exec $(DEPLOY) redis-cluster

performance-monitoring-deploy: bootstrap ## Later: says what there is instead
	@exec $(DEPLOY) performance-monitoring

model-backup-deploy: bootstrap ## Later: says what there is instead
	@exec $(DEPLOY) model-backup

##@ Change

manifests: bootstrap ## Write the chart's schema and README, and deployments/k8s, from the chart
	@exec $(WITH_NODE) node tools/manifests.ts

format: bootstrap ## Write every file in the one format
	@exec $(WITH_NODE) oxfmt

docs: bootstrap ## Write the reference pages from the schemas and tables
	@$(WITH_NODE) node tools/generate-config-docs.ts
	@$(WITH_NODE) node tools/generate-error-docs.ts
	@$(WITH_NODE) node tools/generate-coverage-docs.ts
	@$(WITH_NODE) node tools/generate-api-docs.ts
	@$(WITH_NODE) node tools/generate-access-docs.ts
	@$(WITH_NODE) node tools/generate-cli-docs.ts
	@$(WITH_NODE) node tools/generate-dependency-docs.ts

wasm: bootstrap ## Compile the reader and writer of number arrays (packages/protocols/wasm)
	@exec $(WITH_NODE) node tools/build-wasm.ts

models: bootstrap ## Train the example models again
	@exec $(WITH_NODE) node models/train.ts $(ARGS)

bootstrap: ## Fetch Node, the packages and the example models, build the dashboard, bundle the programs, where they are missing
	@command -v node >/dev/null 2>&1 || { echo "Node is not on PATH. Install Node 20 or later with npm (https://nodejs.org), then run make again." >&2; exit 1; }
	@node tools/bootstrap.mjs

clean: ## Delete what the doors fetched and built; data of a running installation is elsewhere
	rm -rf .tools .cache node_modules packages/*/node_modules apps/*/node_modules web-dashboard/node_modules web-dashboard/dist web-dashboard/dist.partial dist coverage sbom.cdx.json

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-27s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
