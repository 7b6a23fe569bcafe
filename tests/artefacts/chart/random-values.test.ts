import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChartValues, type ChartValue } from '../../../tools/manifests/read-values.ts';
import { ruleOf, type Schema } from '../../../tools/manifests/value-rules.ts';
import { at, podOf, readChartFile, refusalOf, render, nameOf } from './render.ts';
import { judgePod } from './restricted.ts';

const leaves = (value: ChartValue): ChartValue[] => (value.parts === null ? [value] : value.parts.flatMap(leaves));
const values = readChartValues(readChartFile('values.yaml')).flatMap(leaves);

/** Texts that fit rules with a pattern, beside the preset. */
const samples: Readonly<Record<string, readonly string[]>> = {
  digest: [`sha256:${'a'.repeat(64)}`],
  size: ['1Gi', '512Mi', '2Ti'],
  tag: ['18.2', '17.7-bookworm', 'v9'],
  storageClass: ['fast'],
  existingClaim: ['mine'],
  modelsClaim: ['mine'],
  name: ['mine'],
  secretName: ['mine'],
  clusterIssuer: ['letsencrypt'],
  gatewayClassName: ['envoy'],
  fullnameOverride: ['other'],
};

function valueFor(rule: Schema, { name, preset }: ChartValue): fc.Arbitrary<unknown> {
  const { type, enum: choices, minimum, maximum } = rule;
  if (Array.isArray(choices)) return fc.constantFrom<unknown>(...choices);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer')
    return fc.integer({ min: Number(minimum ?? 0), max: Math.min(Number(maximum ?? 100), 2 ** 31) });
  return fc.constantFrom<unknown>(preset, ...(samples[name] ?? []));
}

/** A handful of values, each allowed by the schema. */
const someValues = fc
  .uniqueArray(fc.integer({ min: 0, max: values.length - 1 }), { minLength: 1, maxLength: 8 })
  .chain((indices) =>
    fc.tuple(
      ...indices.flatMap((index) => {
        const value = values[index];
        if (value === undefined) return [];
        return [
          valueFor(ruleOf(value.path, value.name, value.preset), value).map((given) => ({ path: value.path, given })),
        ];
      }),
    ),
  )
  .map((entries) => {
    const nested: Record<string, unknown> = {};
    for (const { path, given } of entries) put(nested, path.split('.'), given);
    return nested;
  });

function put(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], given: unknown): void {
  if (rest.length === 0) {
    target[key] = given;
    return;
  }
  const inner = (target[key] ??= {});
  // What was put there by this function is such a record.
  put(inner as Record<string, unknown>, rest, given);
}

/** What Helm prints when a template breaks, and not when a chart says something. */
const broken = /nil pointer|error converting YAML|error calling|wrong type|parse error|executing "/;

test('values that the schema allows are rendered, or refused with a sentence', () => {
  let rendered = 0;
  fc.assert(
    fc.property(someValues, (given) => {
      const refusal = refusalOf(given);
      if (refusal !== '') {
        expect(refusal, JSON.stringify(given)).not.toMatch(broken);
        expect(refusal).toMatch(/^[a-zA-Z]+(?:\.[a-zA-Z]+)* .*: .*\.$|^there is no database/);
        return;
      }
      rendered += 1;
      for (const object of render(given)) {
        const pod = podOf(object);
        if (pod !== null) expect(judgePod(pod.spec), nameOf(object)).toEqual([]);
        expect(at(object, 'metadata', 'name')).toMatch(/^[a-z0-9-]{1,63}$/);
      }
    }),
    { numRuns: 20, seed: Number(process.env['SEED'] ?? 31) },
  );
  expect(rendered).toBeGreaterThan(5);
});
