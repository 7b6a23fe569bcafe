import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { later, parts, type Part } from './parts.ts';

/** Runs a program to its end. */
export type Run = (program: string, args: readonly string[]) => { readonly status: number; readonly output: string };

export interface Target {
  readonly root: string;
  readonly helm: string;
  readonly kubectl: string;
  readonly release: string;
  readonly namespace: string;
  readonly modelsClaim: string | undefined;
  /** Further words for `helm upgrade`. */
  readonly further: readonly string[];
}

const outputBytesMax = 16 * 1024 * 1024;

/** @throws ClusterError PREREQUISITE_MISSING when the program cannot be started. */
const runProgram: Run = (program, args) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: outputBytesMax });
  if (error !== undefined) throw new ClusterError('PREREQUISITE_MISSING', `${program} cannot be run: ${error.message}`);
  return { status: status ?? 1, output: `${stdout}${stderr}`.trim() };
};

/**
 * Adds a part to the running installation: an upgrade of its release with the part's values on top of those it has.
 * @throws ClusterError UNSUPPORTED for a part of a later version, PREREQUISITE_MISSING naming what the cluster lacks.
 */
export function addPart(name: string, target: Target, run: Run = runProgram): string {
  const part = parts[name];
  if (part === undefined) throw absent(name);
  const claim = part.modelsClaim === undefined ? [] : claimOf(part.modelsClaim, target);
  assertRelease(target, run);
  assertCluster(part, target, run);
  const files = part.valuesFiles.flatMap((file) => ['--values', join(target.root, file)]);
  const { status, output } = run(target.helm, [
    'upgrade',
    target.release,
    join(target.root, 'deployments/helm/cluster-ai'),
    '--namespace',
    target.namespace,
    // What the installation was given before stays, and presets of a newer chart count.
    '--reset-then-reuse-values',
    ...files,
    ...claim,
    ...target.further,
  ]);
  if (status === 0) return output;
  throw new ClusterError('PREREQUISITE_MISSING', `helm could not add ${name} to ${target.release}: ${output}`);
}

function absent(name: string): ClusterError {
  const instead = later[name]?.instead;
  if (instead !== undefined) return new ClusterError('UNSUPPORTED', instead);
  return new ClusterError('NOT_FOUND', `there is no part '${name}'; there are ${Object.keys(parts).join(', ')}`);
}

function claimOf(setting: string, { modelsClaim }: Target): string[] {
  if (modelsClaim !== undefined && modelsClaim !== '') return ['--set-string', `${setting}=${modelsClaim}`];
  throw new ClusterError('PREREQUISITE_MISSING', 'MODELS_CLAIM is not set: which claim holds the models?', {
    fix: 'make a PersistentVolumeClaim in the namespace, copy the models to it, and write MODELS_CLAIM=<its name>',
  });
}

function assertRelease({ helm, release, namespace }: Target, run: Run): void {
  const { status, output } = run(helm, ['status', release, '--namespace', namespace]);
  if (status === 0) return;
  const isAway = !/not found/.test(output);
  throw new ClusterError(
    'PREREQUISITE_MISSING',
    isAway ? `the cluster cannot be asked: ${output}` : `there is no release ${release} in the namespace ${namespace}`,
    {
      fix: isAway
        ? 'point kubectl at a cluster (KUBECONFIG, kubectl config use-context)'
        : 'install it first (docs/guides/kubernetes.md), or name yours: HELM_RELEASE=<name> NAMESPACE=<namespace>',
    },
  );
}

function assertCluster({ needsApi, needsNodeResource }: Part, { kubectl }: Target, run: Run): void {
  if (needsApi !== undefined) {
    const { version, kind, from } = needsApi;
    const { status, output } = run(kubectl, [
      'api-resources',
      '--api-group',
      version.split('/')[0] ?? '',
      '--no-headers',
    ]);
    if (status !== 0 || !output.includes(kind)) {
      throw new ClusterError('PREREQUISITE_MISSING', `the cluster has no ${kind} of ${version}: install ${from} first`);
    }
  }
  if (needsNodeResource !== undefined) {
    const { name, from } = needsNodeResource;
    const { status, output } = run(kubectl, ['get', 'nodes', '-o', 'jsonpath={.items[*].status.allocatable}']);
    if (status !== 0 || !output.includes(`"${name}"`)) {
      throw new ClusterError('PREREQUISITE_MISSING', `no node has ${name}: install ${from} first`);
    }
  }
}
