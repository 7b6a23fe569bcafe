import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectedObjects } from './expected-objects.ts';
import { madeBy, namedBy } from './named-objects.ts';
import { at, chart, listAt, nameOf, objectsOf, podOf, renderScenario, scenarios } from './render.ts';
import type { KubernetesObject } from './render.ts';
import { judgePod } from './restricted.ts';

const rendered = new Map(scenarios.map((name) => [name, renderScenario(name)]));
const all = Array.from(rendered, ([scenario, objects]) => objects.map((object) => ({ scenario, object }))).flat();
const pods = all.flatMap(({ scenario, object }) => {
  const pod = podOf(object);
  return pod === null ? [] : [{ scenario, object, ...pod }];
});
const containers = pods.flatMap(({ scenario, object, spec }) =>
  listAt(spec, 'containers').map((container) => ({ where: `${scenario}: ${nameOf(object)}`, container })),
);

test('each scenario has its objects, and each expectation a scenario', () => {
  expect([...scenarios].toSorted()).toEqual(Object.keys(expectedObjects).toSorted());
});

test.each(scenarios)('%s: exactly the objects that it is for', (scenario) => {
  // What makes Secrets is named by its content.
  const names = (rendered.get(scenario) ?? []).map(nameOf).map((name) => name.replace(/(secrets)-[0-9a-f]{8}$/, '$1'));
  expect(names.toSorted()).toEqual(expectedObjects[scenario]?.toSorted());
});

test('every pod of every scenario passes Pod Security restricted, and what goes beyond it', () => {
  const wrong = pods.flatMap(({ scenario, object, spec }) =>
    judgePod(spec).map((sentence) => `${scenario}: ${nameOf(object)}: ${sentence}`),
  );
  expect(wrong).toEqual([]);
  expect(pods.length).toBeGreaterThan(100);
});

describe('images', () => {
  test('those of others are held by their digest, but for model servers, whose digest is the operator’s', () => {
    const foreign = containers.filter(({ container }) => !String(at(container, 'image')).includes('cluster-ai/'));
    const byTag = foreign.filter(({ container }) => !/@sha256:[0-9a-f]{64}$/.test(String(at(container, 'image'))));
    expect(new Set(byTag.map(({ container }) => at(container, 'name')))).toEqual(
      new Set(['tensorflow-serving', 'torchserve', 'tensorrt-server', 'onnx-runtime']),
    );
    expect(foreign.length).toBeGreaterThan(byTag.length);
    for (const { container } of byTag) expect(at(container, 'image')).toMatch(/:\d[\w.-]+$/);
  });

  test('ours are taken from the registry, and by digest where one is named', () => {
    const images = (scenario: string) =>
      containers
        .filter(({ where }) => where.startsWith(`${scenario}:`))
        .map(({ container }) => String(at(container, 'image')))
        .filter((image) => image.includes('cluster-ai/'));
    expect(new Set(images('default'))).toEqual(
      new Set(
        ['gateway', 'control-plane', 'dashboard', 'cli'].map(
          (name) => `registry.example.com/team/cluster-ai/${name}:0.1.0`,
        ),
      ),
    );
    expect(
      images('digests').every((image) => /^registry\.example\.com\/cluster-ai\/[a-z-]+@sha256:[3-6]{64}$/.test(image)),
    ).toBe(true);
    const pullers = pods.filter(
      ({ scenario, spec }) => scenario === 'digests' && at(spec, 'imagePullSecrets') !== undefined,
    );
    expect(pullers.length).toBeGreaterThanOrEqual(5);
  });
});

test('no value in any scenario is a password that somebody chose', () => {
  const secrets = all.filter(({ object }) => object.kind === 'Secret');
  for (const { object } of secrets) {
    for (const [key, value] of Object.entries(at(object, 'stringData') as Record<string, string>)) {
      if (/password|token/.test(key)) expect(value, `${nameOf(object)} ${key}`).toMatch(/^[A-Za-z0-9]{48}$/);
    }
  }
  expect(secrets.length).toBeGreaterThan(20);
  const others = all.filter(({ object }) => object.kind !== 'Secret').map(({ object }) => JSON.stringify(object));
  for (const text of others) {
    expect(text).not.toMatch(/"(?:[A-Z_]*PASSWORD|[A-Z_]*TOKEN|DATABASE_URL|REDIS_URL)","value"/);
    expect(text).not.toMatch(/postgres(?:ql)?:\/\/[^"]*:[^"@]*@/);
  }
});

test('what selects pods selects some: Services, budgets and policies', () => {
  for (const [scenario, objects] of rendered) {
    const labels = pods.filter((pod) => pod.scenario === scenario).map((pod) => pod.labels);
    for (const object of objects) {
      for (const selector of selectorsOf(object)) {
        const chosen = labels.filter((label) => Object.entries(selector).every(([key, value]) => label[key] === value));
        expect(chosen.length, `${scenario}: ${nameOf(object)} selects ${JSON.stringify(selector)}`).toBeGreaterThan(0);
      }
    }
  }
});

function selectorsOf(object: KubernetesObject): Record<string, string>[] {
  const path = {
    Service: ['selector'],
    PodDisruptionBudget: ['selector', 'matchLabels'],
    NetworkPolicy: ['podSelector', 'matchLabels'],
  }[object.kind];
  const selector = path === undefined ? undefined : at(object, 'spec', ...path);
  return selector === undefined ? [] : [selector as Record<string, string>];
}

test('every ServiceAccount that a pod names is made, has no token mounted, and no default one is used', () => {
  for (const { scenario, object, spec, labels } of pods) {
    const account = at(spec, 'serviceAccountName');
    const isOnlyTest = labels['app.kubernetes.io/component'] === 'test';
    if (isOnlyTest) continue;
    const names = (rendered.get(scenario) ?? [])
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ metadata }) => metadata.name);
    expect(names, `${scenario}: ${nameOf(object)}`).toContain(account);
    expect(at(spec, 'automountServiceAccountToken')).toBe(labels['app.kubernetes.io/component'] === 'secrets');
  }
});

/** Every right of every ServiceAccount, in all scenarios: there is one, and only where a Job makes the Secrets. */
const minimal: readonly string[] = ['job-secrets: cluster-ai-secrets may create secrets'];

const rbac = /^(?:Cluster)?Role(?:Binding)?$/;

test('the rights of ServiceAccounts are the committed list', () => {
  const rights = scenarios.flatMap((scenario) => {
    const objects = (rendered.get(scenario) ?? []).filter(({ kind }) => rbac.test(kind));
    expect(objects.filter(({ kind }) => kind.startsWith('Cluster')).map(nameOf)).toEqual([]);
    return objects
      .filter(({ kind }) => kind === 'RoleBinding')
      .flatMap((binding) => {
        const role = objects.find(({ metadata }) => metadata.name === at(binding, 'roleRef', 'name'));
        return listAt(binding, 'subjects').flatMap((subject) =>
          listAt(role, 'rules').flatMap((rule) =>
            listAt(rule, 'verbs').flatMap((verb) =>
              listAt(rule, 'resources').map(
                (resource) => `${scenario}: ${String(at(subject, 'name'))} may ${String(verb)} ${String(resource)}`,
              ),
            ),
          ),
        );
      });
  });
  expect(rights).toEqual(minimal);
});

test.each(scenarios)(
  '%s: what pods name and the chart does not make is in the file of objects, and nothing else',
  (scenario) => {
    const objects = rendered.get(scenario) ?? [];
    const made = new Set(madeBy(objects));
    const wanted = namedBy(objects).filter((name) => !made.has(name));
    // The Job makes the Secrets of this one, in the cluster.
    const expected =
      scenario === 'job-secrets' ? wanted.filter((name) => !name.startsWith('Secret/cluster-ai-')) : wanted;
    const path = join(chart, 'ci', `${scenario}-objects.yaml`);
    const given = existsSync(path) ? madeBy(objectsOf(readFileSync(path, 'utf8'))) : [];
    expect(expected.filter((name) => !given.includes(name))).toEqual([]);
    const needed = new Set(expected.map((name) => name.split(' ')[0]));
    expect(given.filter((name) => !needed.has(name.split(' ')[0]))).toEqual([]);
  },
);
