import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kustomizeValues, writtenFiles } from '../../../tools/manifests.ts';
import { readChartValues } from '../../../tools/manifests/read-values.ts';
import { unusedRules } from '../../../tools/manifests/value-rules.ts';
import type { ChartValue } from '../../../tools/manifests/read-values.ts';
import { chart, helm, kubectl, nameOf, objectsOf, readChartFile, render, root } from './render.ts';
import type { KubernetesObject } from './render.ts';

test('schema, README and deployments/k8s are what make manifests writes', async () => {
  const written = await writtenFiles();
  for (const [path, text] of written) {
    const file = join(root, path);
    expect(existsSync(file) && readFileSync(file, 'utf8') === text, `${path} is not fresh: run make manifests`).toBe(
      true,
    );
  }
  const there = readdirSync(join(root, 'deployments/k8s')).map((name) => `deployments/k8s/${name}`);
  expect(there.filter((path) => !written.has(path))).toEqual([]);
});

test('the files that people know are there', () => {
  const known =
    'namespace configmap secrets pvc frontend-deployment backend-deployment postgres-deployment redis-deployment ingress hpa network-policies kustomization inference-gateway pdb service-accounts';
  expect(readdirSync(join(root, 'deployments/k8s')).toSorted()).toEqual(
    known
      .split(' ')
      .map((name) => `${name}.yaml`)
      .toSorted(),
  );
});

test('kubectl kustomize builds the default profile, object for object', () => {
  const built = objectsOf(execFileSync(kubectl, ['kustomize', join(root, 'deployments/k8s')], { encoding: 'utf8' }));
  const profile = render(kustomizeValues).filter(
    ({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined,
  );
  const namespace = built.filter(({ kind }) => kind === 'Namespace');
  expect(namespace.map(({ metadata }) => metadata.labels)).toEqual([
    expect.objectContaining({ 'pod-security.kubernetes.io/enforce': 'restricted' }),
  ]);
  const table = (objects: readonly KubernetesObject[]) =>
    Object.fromEntries(objects.map((object) => [nameOf(object), plain(object)]));
  expect(table(built.filter(({ kind }) => kind !== 'Namespace'))).toEqual(table(profile));
  expect(profile.length).toBeGreaterThan(35);
});

test('no Secret lies in deployments/k8s: a Job in the cluster makes them', () => {
  const secrets = readFileSync(join(root, 'deployments/k8s/secrets.yaml'), 'utf8');
  expect(objectsOf(secrets).map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Role', 'RoleBinding', 'Job']);
});

/** Without the marks of Helm, which only those of the profile have. */
function plain(object: KubernetesObject): unknown {
  const marks = new Set(['helm.sh/chart', 'app.kubernetes.io/managed-by', 'helm.sh/resource-policy']);
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) => {
      if (marks.has(key)) return undefined;
      const isEmpty =
        value === null || (typeof value === 'object' && Object.keys(value).every((name) => marks.has(name)));
      return key === 'annotations' && isEmpty ? undefined : value;
    }),
  );
}

test('every rule about a value belongs to one', () => {
  const paths = (value: ChartValue): string[] => [value.path, ...(value.parts ?? []).flatMap(paths)];
  expect(unusedRules(new Set(readChartValues(readChartFile('values.yaml')).flatMap(paths)))).toEqual([]);
});

test('a value without a comment is refused by name', () => {
  expect(() => readChartValues('# known\na: 1\nb:\n  # known\n  c: 1\n  d: 2\n')).toThrow(/no comment above b, b\.d/);
});

test('a packed chart has no values of the tests, and says where to go on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-chart-'));
  try {
    execFileSync(helm, ['package', chart, '--destination', folder]);
    const [file = ''] = readdirSync(folder);
    expect(file).toBe('cluster-ai-0.1.0.tgz');
    const listed = execFileSync('tar', ['-tzf', join(folder, file)], { encoding: 'utf8' }).split('\n');
    expect(listed.filter((name) => name.startsWith('cluster-ai/ci'))).toEqual([]);
    expect(listed).toContain('cluster-ai/templates/NOTES.txt');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('helm lint has nothing to say', () => {
  const { status, stdout, stderr } = spawnSync(helm, ['lint', '--strict', '--quiet', chart], { encoding: 'utf8' });
  expect({ status, said: `${stdout}${stderr}`.trim() }).toEqual({ status: 0, said: '' });
});
