import { decodeRequest } from '../decode-request.ts';

/**
 * Decodes bodies that are made to take much memory for their size, 8 MiB each, one after the other. Started with a small
 * heap, in which it must not end early.
 */
const bytes = 8 * 2 ** 20;
const times = (text: string) => text.repeat(Math.floor(bytes / text.length));
const numbered = (text: (index: number) => string, length: number) =>
  Array.from({ length: Math.floor(bytes / length) }, (_, index) => text(index)).join(',');

function withData(datatype: string, count: number, data: string): string {
  return `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[${count}],"data":[${data}]}]}`;
}

const bodies: Readonly<Record<string, () => string>> = {
  'small integers': () => withData('INT64', bytes / 2 + 1, `${times('1,')}1`),
  'small integers and NaN': () => withData('FP64', bytes / 2 + 1, `${times('1,')}NaN`),
  'integers beyond 2^53': () => withData('UINT64', Math.floor(bytes / 17) + 1, `${times('9007199254740993,')}1`),
  'empty strings': () => withData('BYTES', Math.floor(bytes / 3) + 1, `${times('"",')}""`),
  'short strings, none alike': () =>
    withData(
      'BYTES',
      Math.floor(bytes / 9),
      numbered((index) => `"${index.toString(36).padStart(6, '0')}"`, 9),
    ),
  'empty arrays': () => withData('FP32', 0, `${times('[],')}[]`),
  'empty objects': () => withData('FP32', 0, `${times('{},')}{}`),
  'empty objects and NaN': () => withData('FP32', 0, `${times('{},')}NaN`),
  'keys, none alike': () => `{${numbered((index) => `"${index.toString(36).padStart(6, '0')}":0`, 11)}}`,
  'one output, over and over': () => `{"inputs":[],"outputs":[${times('{"name":"y"},')}{"name":"y"}]}`,
  'a shape without end': () => withData('FP32', 2 ** 31 - 1, '1'),
};

for (const [name, body] of Object.entries(bodies)) {
  const encoded = new TextEncoder().encode(body());
  const startedAt = performance.now();
  let outcome = 'taken';
  try {
    decodeRequest(encoded, null, 'm', null);
  } catch (thrown) {
    outcome = thrown instanceof Error ? thrown.name : 'something else was thrown';
  }
  process.stdout.write(
    `${name}: ${outcome}, ${(encoded.byteLength / 2 ** 20).toFixed(0)} MiB in ${(performance.now() - startedAt).toFixed(0)} ms\n`,
  );
}
