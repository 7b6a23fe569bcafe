import { createHash } from 'node:crypto';
import { makeSecrets } from '@cluster-ai/control-plane/kubernetes-secrets/secrets.ts';
import { expect, test } from 'vitest';
import { at, find, listAt, nameOf, render, renderScenario, textAt, type KubernetesObject } from './render.ts';

const names = { auth: 'cluster-ai-auth', postgres: 'cluster-ai-postgres', redis: 'cluster-ai-redis' };
const hosts = { postgres: 'cluster-ai-postgres', pgbouncer: 'cluster-ai-pgbouncer', redis: 'cluster-ai-redis' };

/** The form of a secret, with what is random taken out of it. */
const formOf = (data: unknown): Record<string, string> => {
  const password = textAt(data, 'password');
  const hash = createHash('sha256').update(password).digest('hex');
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => {
      const form = String(value)
        .trim()
        .replaceAll(password === '' ? '\\0' : password, '<password>')
        .replaceAll(hash, '<hash>');
      return [key, form.length >= 48 && !form.includes('<') ? '<random>' : form];
    }),
  );
};

test('the Job and Helm make Secrets of the same keys and forms', () => {
  const profile = render();
  for (const { name, data } of makeSecrets(names, hosts)) {
    expect(formOf(data)).toEqual(formOf(at(find(profile, `Secret/${name}`), 'stringData')));
  }
  expect(makeSecrets(names, hosts)).toHaveLength(3);
});

test('the Job is told of the Secrets that pods mount, and of no other', () => {
  const job = jobOf(renderScenario('job-secrets'));
  expect(listAt(job, 'spec', 'template', 'spec', 'containers', 0, 'args')).toEqual([
    'generate-secrets',
    '--auth=cluster-ai-auth',
    '--postgres=cluster-ai-postgres',
    '--postgres-host=cluster-ai-postgres',
    '--pgbouncer-host=cluster-ai-pgbouncer',
    '--redis=cluster-ai-redis',
    '--redis-host=cluster-ai-redis',
  ]);
});

test('a Job that would do something else has another name, as none can be changed', () => {
  const nameWith = (values: unknown): string =>
    jobOf(render({ secrets: { mode: 'job' }, ...Object(values) })).metadata.name;
  expect(nameWith({})).toMatch(/^cluster-ai-secrets-[0-9a-f]{8}$/);
  expect(nameWith({})).toBe(nameWith({ gateway: { replicas: 9 } }));
  expect(nameWith({ image: { tag: '9.9.9' } })).not.toBe(nameWith({}));
  expect(nameWith({ redis: { enabled: false } })).not.toBe(nameWith({}));
});

/** The Job that makes Secrets. */
function jobOf(objects: readonly KubernetesObject[]): KubernetesObject {
  const job = objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('cluster-ai-secrets-'));
  if (job === undefined) throw new Error(`no Job makes Secrets among ${objects.map(nameOf).join(', ')}`);
  return job;
}
