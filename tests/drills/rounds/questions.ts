import type { Random } from '@cluster-ai/core/ports/random.ts';
import { irisRequest } from '../../iris.ts';
import type { Answer } from './call.ts';
import { pick } from './plan.ts';

/** A prediction whose right answer is known. */
export interface Question {
  readonly what: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** @returns what is wrong with an answer of status 200, or which version answered where that shows. */
  readonly check: (answer: Answer) => { readonly wrong: string | null; readonly served?: ServedVersion };
}

interface ServedVersion {
  readonly version: string;
  readonly content: string;
}

const json = { 'content-type': 'application/json' };

const questions: readonly ((random: Random) => Question)[] = [
  irisQuestion,
  sumQuestion,
  binarySumQuestion,
  adderQuestion,
];

/** Different numbers each time, so that an answer to somebody else's question is a wrong one. */
export function anyQuestion(random: Random): Question {
  return pick(questions, random)(random);
}

function irisQuestion(): Question {
  const check = ({ body }: Answer) => ({ wrong: irisRequest.check(body.toString()) });
  return { what: 'iris in JSON', path: irisRequest.path, headers: json, body: irisRequest.body, check };
}

interface JsonAnswer {
  readonly model_version: string;
  readonly outputs: readonly { readonly name: string; readonly data: readonly number[] }[];
}

function outputOf(answer: JsonAnswer, name: string): readonly number[] {
  return answer.outputs.find((output) => output.name === name)?.data ?? [];
}

function threeNumbers(random: Random): number[] {
  return [1, 2, 3].map(() => Math.floor(random() * 1_000));
}

function sumQuestion(random: Random): Question {
  const [a, b] = [threeNumbers(random), threeNumbers(random)];
  const input = (name: string, data: number[]) => ({ name, shape: [1, 3], datatype: 'FP32', data });
  return {
    what: 'sums in JSON',
    path: '/v2/models/sums/infer',
    headers: json,
    body: JSON.stringify({ inputs: [input('a', a), input('b', b)] }),
    check: ({ body }) => {
      const answer = JSON.parse(body.toString()) as JsonAnswer;
      return { wrong: compareSums(a, b, outputOf(answer, 'sum'), outputOf(answer, 'difference')) };
    },
  };
}

function compareSums(
  a: readonly number[],
  b: readonly number[],
  sum: readonly number[],
  difference: readonly number[],
): string | null {
  const right = a.every((value, index) => {
    const other = b[index] ?? 0;
    return sum[index] === value + other && difference[index] === value - other;
  });
  return right ? null : `${a.join()} and ${b.join()} gave ${sum.join()} and ${difference.join()}`;
}

/** The binary form of the Open Inference Protocol: a JSON header, then the tensors as they are in memory. */
function binarySumQuestion(random: Random): Question {
  const [a, b] = [threeNumbers(random), threeNumbers(random)];
  const input = (name: string) => ({ name, shape: [1, 3], datatype: 'FP32', parameters: { binary_data_size: 12 } });
  const header = Buffer.from(
    JSON.stringify({ inputs: [input('a'), input('b')], parameters: { binary_data_output: true } }),
  );
  return {
    what: 'sums in binary',
    path: '/v2/models/sums/infer',
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.length),
    },
    body: Buffer.concat([header, Buffer.from(new Float32Array([...a, ...b]).buffer)]),
    check: ({ headers, body }) => {
      const headerLength = Number(headers['inference-header-content-length']);
      const answer = JSON.parse(body.subarray(0, headerLength).toString()) as JsonAnswer;
      const names = answer.outputs.map(({ name }) => name);
      const values = Array.from({ length: 6 }, (_, index) => body.readFloatLE(headerLength + index * 4));
      const of = (name: string): number[] => values.slice(names.indexOf(name) * 3, names.indexOf(name) * 3 + 3);
      return { wrong: compareSums(a, b, of('sum'), of('difference')) };
    },
  };
}

/** A route whose versions and shares change all the time: what is added shows which version answered. */
function adderQuestion(random: Random): Question {
  const x = threeNumbers(random).concat(7);
  return {
    what: 'adder in JSON',
    path: '/v2/models/drill/infer',
    headers: json,
    body: JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: x }] }),
    check: ({ body }) => {
      const answer = JSON.parse(body.toString()) as JsonAnswer;
      const added = outputOf(answer, 'y').map((value, index) => value - (x[index] ?? 0));
      const content = String(added[0]);
      const same = added.length === 4 && added.every((value) => String(value) === content);
      return {
        wrong: same ? null : `${x.join()} gave ${outputOf(answer, 'y').join()}`,
        served: { version: answer.model_version, content },
      };
    },
  };
}
