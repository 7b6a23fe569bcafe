import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertJsonBounds } from '@cluster-ai/protocols/json/bounds.ts';
import { parseExactJson, type ExactJson } from '@cluster-ai/protocols/json/exact-json.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** The parser that keeps large integers, beside the one that every JavaScript has. */
export const target: FuzzTarget = {
  about:
    'the exact JSON parser, from clients: it takes what JSON.parse takes, and gives the same but for large integers',
  form: 'json',
  seeds: () => [
    '{"a":[1,-2.5e+3,0.1,12345678901234567890],"b":{"c":null,"d":[true,false,"\\u00e9\\n"]},"__proto__":1}',
    '[NaN,-Infinity,Infinity,1E400,-0,0.000001,123456789012345678]',
  ],
  words: ['\\u', '\\ud83d', 'e+', 'E-', '-0', '.5', '1.'],
  run: (input) => {
    assertJsonBounds(input);
    const text = new TextDecoder().decode(input);
    const exact = attempt(() => parseExactJson(text));
    const plain = attempt(() => JSON.parse(text) as ExactJson); // JSON.parse gives JSON.
    if (plain instanceof Error) {
      // Only bare words, which JSON has not, are taken besides.
      assert.ok(exact instanceof Error || /NaN|Infinity/.test(text), 'JSON.parse refuses it');
      return;
    }
    if (exact instanceof Error) throw new Error(`JSON.parse takes it, and the exact parser says: ${exact.message}`);
    assert.deepEqual(rounded(exact), plain);
  },
};

function attempt(work: () => ExactJson): ExactJson | Error {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ClusterError || thrown instanceof SyntaxError) return thrown;
    throw thrown;
  }
}

function rounded(value: ExactJson): ExactJson {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}
