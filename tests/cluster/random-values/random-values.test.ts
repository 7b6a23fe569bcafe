import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../control-plane/start-cluster.ts';
import { chart, RELEASE } from '../release/chart.ts';
import { fields } from '../release/references.ts';
import { seeded, valuesFrom } from './values-from-schema.ts';

const namespace = 'cluster-ai';
const seed = Number(process.env['SEED'] ?? 7);
const rounds = Number(process.env['ROUNDS'] ?? 150);

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.createNamespace(namespace);
});

afterAll(async () => {
  await cluster.stop();
});

it(`applies ${rounds} random values of the schema, or says in a sentence why not`, async () => {
  const schema = fields(JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')));
  const random = seeded(seed);
  const tally = { applied: 0, refused: 0 };
  const refusals = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const values = JSON.stringify(valuesFrom(schema, random));
    const { status, stdout, stderr } = await cluster.helm(
      ['template', RELEASE, chart, '-n', namespace, '--dry-run=server', '--no-hooks', '-f', '-'],
      { stdin: values, mayFail: true },
    );
    const context = `seed ${seed}, round ${round}: ${values}`;
    if (status === 0) {
      expect({ context, problems: await problemsOf(stdout) }).toEqual({ context, problems: [] });
      tally.applied += 1;
    } else {
      const sentence = sentenceOf(stderr);
      if (sentence === '') throw new Error(`no sentence for ${context}:\n${stderr}`);
      refusals.add(sentence);
      tally.refused += 1;
    }
  }
  console.log(`${tally.applied} applied, ${tally.refused} refused:\n  ${[...refusals].join('\n  ')}`);
  expect(tally.applied).toBeGreaterThan(0);
});

/** What a validation of the chart says; nothing when a template broke in another way. */
function sentenceOf(printed: string): string {
  const said = /execution error at \([^)]*\): (?<sentence>[^\n]+)/.exec(printed)?.groups?.['sentence'] ?? '';
  return /nil pointer|wrong type|can't evaluate|unable to parse/.test(printed) ? '' : said;
}

/** What the API server says to each object, on a trial that changes nothing. */
async function problemsOf(manifest: string): Promise<string[]> {
  const { status, stdout, stderr } = await cluster.kubectl(
    ['apply', '--server-side', '--dry-run=server', '-n', namespace, '-f', '-'],
    { stdin: manifest, mayFail: true },
  );
  return status === 0 && stdout !== '' ? [] : stderr.split('\n').filter((line) => line !== '');
}
