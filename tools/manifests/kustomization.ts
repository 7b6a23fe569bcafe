import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Files of deployments/k8s by name. */
export type Manifests = ReadonlyMap<string, string>;

const header = '# Written by `make manifests` from deployments/helm/cluster-ai. Change the chart, then run it again.\n';

/** Under the name that people know: what makes the Secrets stands where they would. */
const renamed: Readonly<Record<string, string>> = { 'secrets-job.yaml': 'secrets.yaml' };

const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: cluster-ai
  labels:
    # What a pod of this namespace must be: not root, no privileges, no capabilities, the runtime's seccomp profile.
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/warn: restricted
`;

/**
 * Splits what Helm renders into a file for each template, without what only Helm needs: its labels, its annotations and
 * its hooks.
 * @throws ClusterError INTERNAL for a document that does not say where it comes from.
 */
export function manifestsOf(rendered: string): Manifests {
  const files = new Map<string, string[]>([['namespace.yaml', [namespace]]]);
  for (const document of rendered.split(/^---\n/m).filter((text) => text.trim() !== '')) {
    const source = /^# Source: cluster-ai\/templates\/(.+)$/m.exec(document)?.[1];
    if (source === undefined) throw new ClusterError('INTERNAL', 'helm rendered a document without its source');
    const isHook = /^ {4}helm\.sh\/hook:/m.test(document);
    const isEmpty = document.split('\n').every((line) => line.trim() === '' || line.startsWith('#'));
    if (isHook || isEmpty) continue;
    const name = renamed[source] ?? source;
    files.set(name, [...(files.get(name) ?? []), plain(document)]);
  }
  const manifests = Array.from(files, ([name, documents]): [string, string] => [
    name,
    header + documents.join('---\n'),
  ]);
  const names = manifests.map(([name]) => name).toSorted();
  return new Map([...manifests, ['kustomization.yaml', kustomization(names)]]);
}

/** The same object without the marks of Helm, which would tell people to use Helm with it. */
function plain(document: string): string {
  return `${document
    .replace(/^# Source: .*\n/m, '')
    .replaceAll(/^ +helm\.sh\/(?:chart|resource-policy): .*\n/gm, '')
    .replaceAll(/^ +app\.kubernetes\.io\/managed-by: Helm\n/gm, '')
    .replaceAll(/^ +# The models are still there when the release is gone\.\n/gm, '')
    .replaceAll(/^ +annotations:\n(?=\S| {0,2}\S)/gm, '')
    .replaceAll(/^ +$/gm, '')
    .trimEnd()}\n`;
}

function kustomization(names: readonly string[]): string {
  return `${header}apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: cluster-ai
resources:
${names.map((name) => `  - ${name}`).join('\n')}
# Your registry, and what you built: in an overlay of your own, with \`resources: [<this folder>]\`, write
#   images:
#     - { name: cluster-ai/gateway, newName: registry.example.com/team/cluster-ai/gateway, newTag: 0.1.0 }
# and the same for cluster-ai/control-plane and cluster-ai/dashboard.
`;
}
