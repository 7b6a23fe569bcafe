import type { LoadRequest } from './steady-load.ts';

/** A real setosa and the label that the example model gives it. */
export const irisRequest: LoadRequest = {
  path: '/v2/models/iris/infer',
  body: JSON.stringify({ inputs: [{ name: 'input', shape: [1, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2] }] }),
  check: (body) => {
    const answer: unknown = JSON.parse(body);
    return labelOf(answer) === 0 ? null : `not a setosa: ${body.slice(0, 200)}`;
  },
};

function labelOf(answer: unknown): number | undefined {
  const { outputs } = answer as { outputs: { name: string; data: number[] }[] };
  return outputs.find(({ name }) => name === 'label')?.data[0];
}

/** Which version answered. */
export function versionOf(body: string): string {
  return (JSON.parse(body) as { model_version: string }).model_version;
}
