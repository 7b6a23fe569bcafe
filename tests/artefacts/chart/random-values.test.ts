import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChartValues, type ChartValue } from '../../../tools/manifests/read-values.ts';
import type { Schema } from '../../../tools/manifests/schema-parts.ts';
import { ruleOf } from '../../../tools/manifests/value-rules.ts';
import { nameOf, podOf, readChartFile, render } from './render.ts';
import { judgePod } from './restricted.ts';

const leaves = (value: ChartValue): ChartValue[] => (value.parts === null ? [value] : value.parts.flatMap(leaves));
const values = readChartValues(readChartFile('values.yaml')).flatMap(leaves);

/** Texts that fit rules with a pattern, beside the preset. */
const samples: Readonly<Record<string, readonly string[]>> = {
  digest: [`sha256:${'a'.repeat(64)}`],
  size: ['1Gi', '512Mi', '2Ti'],
  tag: ['18.2', '17.7-bookworm', 'v9'],
  // Names that YAML reads as something else where nothing says that they are texts.
  ...Object.fromEntries(
    (
      'storageClass existingClaim modelsClaim name secretName tlsSecretName clusterIssuer className ' +
      'gatewayClassName runtimeClassName auth postgres redis nameOverride'
    )
      .split(' ')
      .map((name) => [name, ['mine', '12', 'true', 'null']]),
  ),
  fullnameOverride: ['other', 'true', 'null'],
};

function valueFor(rule: Schema, { name, preset }: ChartValue): fc.Arbitrary<unknown> {
  const { type, enum: choices, minimum, maximum } = rule;
  if (Array.isArray(choices)) return fc.constantFrom<unknown>(...choices);
  if (type === 'boolean') return fc.boolean();
  const whole = { min: Number(minimum ?? 0), max: Math.min(Number(maximum ?? 100), 2 ** 31) };
  if (type === 'integer') return fc.integer(whole);
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

const texts =
  /^(?:name|namespace|key|host|hostname|image|secretName|claimName|storageClassName|ingressClassName|gatewayClassName|runtimeClassName|app\.kubernetes\.io\/.*)$/;

/** Where a name is no text: the API server would refuse it. */
function notTexts(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    texts.test(key) && typeof inner !== 'string'
      ? [`${path}.${key} is ${JSON.stringify(inner)}`]
      : notTexts(inner, `${path}.${key}`),
  );
}

/** One line of words with an end: what the chart says, and not what Helm prints when a template breaks. */
const sentence = /^[A-Za-z0-9][^\n]* [^\n]*: [^\n]*[.?]$/;
const broken = /nil pointer|error converting YAML|error calling|wrong type|parse error|executing "/;

/** @returns what is wrong with what these values make; null when they are refused with a sentence. */
function judge(given: unknown): string[] | null {
  try {
    return render(given).flatMap((object) => {
      const name = /^[a-z0-9-]{1,63}$/.test(object.metadata.name) ? [] : ['no name of an object'];
      const pod = podOf(object);
      return [...name, ...notTexts(object, ''), ...(pod === null ? [] : judgePod(pod.spec))].map(
        (wrong) => `${nameOf(object)}: ${wrong}`,
      );
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return sentence.test(said) && !broken.test(said) ? null : [`refused without a sentence: ${said}`];
  }
}

test('values that the schema allows are rendered, or refused with a sentence', () => {
  let rendered = 0;
  fc.assert(
    fc.property(someValues, (given) => {
      const wrong = judge(given);
      if (wrong !== null) rendered += 1;
      expect(wrong ?? []).toEqual([]);
    }),
    { numRuns: 25, seed: Number(process.env['SEED'] ?? 31) },
  );
  console.log(`${rendered} of 25 were rendered, the others refused`);
  expect(rendered).toBeGreaterThan(5);
});
