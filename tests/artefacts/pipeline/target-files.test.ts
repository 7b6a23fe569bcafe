import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTargetFile } from '../../../tools/release/targets/target-file.ts';
import { repository } from '../../start-platform.ts';

const folder = join(repository, 'deployments/release');
const names = [
  'compose-production.yaml',
  'compose-staging.yaml',
  'kubernetes-production.yaml',
  'kubernetes-staging.yaml',
];

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cluster-ai-targets-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the examples are these', () => {
  expect(readdirSync(folder).toSorted()).toEqual(names);
});

test.each(names)('%s can be used as it is, and predicts', async (name) => {
  const settings = await readTargetFile(join(folder, name));
  expect(`${settings.kind}-${settings.name}.yaml`).toBe(name);
  expect(settings.checks.some(({ path, body }) => path.endsWith('/infer') && body !== undefined)).toBe(true);
});

test.each(['compose', 'kubernetes'])(
  '%s: production takes what its staging has passed, in small steps',
  async (kind) => {
    const [staging, production] = await Promise.all([
      readTargetFile(join(folder, `${kind}-staging.yaml`)),
      readTargetFile(join(folder, `${kind}-production.yaml`)),
    ]);
    expect(production.after).toBe(join(folder, `${kind}-staging.yaml`));
    expect(staging.after).toBeUndefined();
    expect(production.canary.steps).toEqual([5, 25, 50, 100]);
    expect(production.objective).toMatchObject({ faultRatioMax: 0.01, requestsMin: 200 });
    expect(staging.url).not.toBe(production.url);
  },
);

test('compose: the two projects share no name, no folder, no network and no port', async () => {
  const both = await Promise.all(
    ['compose-staging.yaml', 'compose-production.yaml'].map((name) => readTargetFile(join(folder, name))),
  );
  const apart = both.map((settings) => {
    if (settings.kind !== 'compose') throw new Error('not a compose project');
    const { project, record, frontDoorSettings, environment } = settings;
    const { CLUSTER_AI_SECRETS: secrets, CLUSTER_AI_APP_SUBNET: subnet = 'the default' } = environment;
    return [project, record, frontDoorSettings, secrets, subnet, environment['CLUSTER_AI_HTTPS_PORT'] ?? '443'];
  });
  const [staging = [], production = []] = apart;
  staging.forEach((value, index) => expect(value).not.toBe(production[index]));
});

const whole = readFileSync(join(folder, 'compose-staging.yaml'), 'utf8');

test.each([
  ['emptied', '', 'Invalid input'],
  ['an unknown setting', `${whole}\nforce: true\n`, 'force'],
  ['a canary that never reaches everybody', `${whole}\ncanary: { steps: [5, 50] }\n`, 'the last step must be 100'],
  ['steps that go back', `${whole}\ncanary: { steps: [50, 25, 100] }\n`, 'each step must be more'],
  ['an objective on too few requests', `${whole}\nobjective: { requestsMin: 10 }\n`, 'objective.requestsMin'],
  ['an address that is none', whole.replace(/^url: .*$/m, 'url: staging'), 'url'],
  ['no project', whole.replace(/^project: .*$/m, ''), 'project'],
])('a target that is wrong is refused with what is wrong: %s', async (_what, text, says) => {
  const path = join(scratch, 'target.yaml');
  writeFileSync(path, text);
  await expect(readTargetFile(path)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(says),
  });
});
