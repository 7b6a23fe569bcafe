import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../../tools/cache-folder.ts';
import { goProgram } from '../../../tools/go-toolchain.ts';

/** Manifests that others publish, and that lie in the archives of their Go modules. */
interface ModuleFiles {
  readonly module: string;
  readonly version: string;
  /** As go.sum has it. */
  readonly hash: string;
  readonly files: readonly string[];
}

const kwok: ModuleFiles = {
  module: 'sigs.k8s.io/kwok',
  version: 'v0.7.0',
  hash: 'h1:+eGsNOIPapjsSzeZlOEcwbpyEVa2Vqlcafa0qIjaKV4=',
  files: [
    'kustomize/crd/bases/kwok.x-k8s.io_clusterresourceusages.yaml',
    'kustomize/metrics/resource/metrics-resource.yaml',
  ],
};

const gatewayApi: ModuleFiles = {
  module: 'sigs.k8s.io/gateway-api',
  version: 'v1.4.1',
  hash: 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=',
  files: ['backendtlspolicies', 'gatewayclasses', 'gateways', 'grpcroutes', 'httproutes', 'referencegrants'].map(
    (kind) => `config/crd/standard/gateway.networking.k8s.io_${kind}.yaml`,
  ),
};

const prometheusOperator: ModuleFiles = {
  module: 'github.com/prometheus-operator/prometheus-operator',
  version: 'v0.88.0',
  hash: 'h1:3T/dCQdk7CUVRqVfwRHoC5g66fC/ML6XQQLtQVL6Q5o=',
  files: ['podmonitors', 'prometheusrules', 'servicemonitors'].map(
    (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
  ),
};

const traefik: ModuleFiles = {
  module: 'github.com/traefik/traefik/v3',
  version: 'v3.5.3',
  hash: 'h1:LxzoigGBOEx11CRDFYDFj/GfmnJsnxAl8bDkjqmsS2o=',
  files: ['docs/content/reference/dynamic-configuration/traefik.io_middlewares.yaml'],
};

const envoyGateway: ModuleFiles = {
  module: 'github.com/envoyproxy/gateway',
  version: 'v1.6.0',
  hash: 'h1:AWKXQpvnNs6vqSeDgSwOyqMKlPircGXvw97mkfcDh/w=',
  files: ['charts/gateway-helm/crds/generated/gateway.envoyproxy.io_backendtrafficpolicies.yaml'],
};

export interface Definitions {
  /** Paths of CustomResourceDefinitions: the kinds that a chart may use where a cluster has them. */
  readonly optionalKinds: readonly string[];
  /** The kind by which simulated pods are told how much they use. */
  readonly usageKind: string;
  /** What a simulated kubelet says of that use, for kwok's configuration. */
  readonly usageMetrics: string;
}

/** Fetches the manifests into the cache folder, when they are not there. */
export async function definitions(): Promise<Definitions> {
  const [usageKind = '', usageMetrics = ''] = await filesOf(kwok);
  const optional = await Promise.all([gatewayApi, prometheusOperator, traefik, envoyGateway].map(filesOf));
  return { usageKind, usageMetrics, optionalKinds: optional.flat() };
}

async function filesOf(wanted: ModuleFiles): Promise<string[]> {
  const folder = cacheFolder('kubernetes', `${wanted.module.replaceAll('/', '+')}-${wanted.version}`);
  const targets = wanted.files.map((file) => join(folder, basename(file)));
  if (targets.every((target) => existsSync(target))) return targets;
  const source = await downloadModule(wanted);
  await mkdir(dirname(folder), { recursive: true });
  const scratch = await mkdtemp(`${folder}-`);
  for (const file of wanted.files) await copyFile(join(source, file), join(scratch, basename(file)));
  await rm(folder, { recursive: true, force: true });
  await rename(scratch, folder);
  return targets;
}

async function downloadModule({ module, version, hash }: ModuleFiles): Promise<string> {
  const printed = execFileSync(await goProgram(), ['mod', 'download', '-json', `${module}@${version}`], {
    // Outside every Go module: nothing is written into a go.mod.
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: 600_000,
  });
  // `go help mod download` describes the fields.
  const { Dir, Sum } = JSON.parse(printed) as { readonly Dir: string; readonly Sum: string };
  if (Sum !== hash) throw new Error(`${module}@${version} has the hash ${Sum}, expected ${hash}`);
  return Dir;
}
