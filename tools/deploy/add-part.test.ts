import { expect, test } from 'vitest';
import { addPart, type Run, type Target } from './add-part.ts';
import { later, parts } from './parts.ts';

const target: Target = {
  root: '/repository',
  helm: 'helm',
  kubectl: 'kubectl',
  release: 'cluster-ai',
  namespace: 'production',
  modelsClaim: 'models',
  further: ['--wait'],
};

/** A cluster in which all is well but what is said. */
function cluster(answers: Readonly<Record<string, { status: number; output: string }>> = {}) {
  const calls: string[] = [];
  const run: Run = (program, args) => {
    const call = `${program} ${args.join(' ')}`;
    calls.push(call);
    const answer = Object.entries(answers).find(([beginning]) => call.startsWith(beginning))?.[1];
    return answer ?? { status: 0, output: 'servicemonitors pods {"nvidia.com/gpu":"4"} upgraded' };
  };
  return { calls, run };
}

test.each(Object.keys(parts))('%s is an upgrade of the release, on top of what it has', (name) => {
  const { calls, run } = cluster();
  expect(addPart(name, target, run)).toContain('upgraded');
  const upgrade = calls.at(-1) ?? '';
  expect(upgrade).toMatch(
    /^helm upgrade cluster-ai \/repository\/deployments\/helm\/cluster-ai --namespace production --reset-then-reuse-values --values \/repository\//,
  );
  expect(upgrade).toMatch(/ --wait$/);
  expect(upgrade.includes('modelsClaim=models')).toBe(parts[name]?.modelsClaim !== undefined);
});

test('what is missing is said, and nothing is upgraded', () => {
  const cases: readonly (readonly [
    string,
    Partial<Target>,
    Record<string, { status: number; output: string }>,
    RegExp,
  ])[] = [
    ['torchserve', { modelsClaim: '' }, {}, /MODELS_CLAIM is not set/],
    [
      'pgbouncer',
      {},
      { 'helm status': { status: 1, output: 'Error: release: not found' } },
      /no release cluster-ai in the namespace production/,
    ],
    [
      'pgbouncer',
      {},
      { 'helm status': { status: 1, output: 'connection refused' } },
      /cluster cannot be asked: connection refused/,
    ],
    [
      'ml-monitoring',
      {},
      { 'kubectl api-resources': { status: 0, output: 'podmonitors' } },
      /no servicemonitors .*install the Prometheus Operator/,
    ],
    [
      'gpu-optimization',
      {},
      { 'kubectl get nodes': { status: 0, output: '{"cpu":"4"}' } },
      /no node has nvidia\.com\/gpu/,
    ],
    [
      'pgbouncer',
      {},
      { 'helm upgrade': { status: 1, output: 'too many connections' } },
      /could not add pgbouncer to cluster-ai: too many/,
    ],
    ['nothing', {}, {}, /there is no part 'nothing'; there are pgbouncer,/],
  ];
  for (const [name, change, answers, sentence] of cases) {
    const { calls, run } = cluster(answers);
    expect(() => addPart(name, { ...target, ...change }, run)).toThrow(sentence);
    if (!('helm upgrade' in answers)) expect(calls.filter((call) => call.startsWith('helm upgrade'))).toEqual([]);
  }
});

test.each(Object.keys(later))('%s says what there is instead', (name) => {
  const { calls, run } = cluster();
  expect(() => addPart(name, target, run)).toThrow(later[name]?.instead);
  expect(calls).toEqual([]);
});
