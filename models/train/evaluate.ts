import { InferenceSession, Tensor } from 'onnxruntime-node';
import { languages } from './language-data.ts';
import type { LabelledText } from './language-data.ts';
import type { Samples } from './samples.ts';

/** Runs a model once in ONNX Runtime. Outputs that are not tensors are left out. */
export async function runModel(model: Uint8Array, feeds: Record<string, Tensor>): Promise<Map<string, Tensor>> {
  const session = await InferenceSession.create(model);
  const results = Object.entries(await session.run(feeds));
  await session.release();
  return new Map(results.flatMap(([name, value]) => (value instanceof Tensor ? [[name, value]] : [])));
}

/** Share of samples whose class the model names, all in one batch. */
export async function classAccuracy(
  model: Uint8Array,
  samples: Samples,
  input: string,
  output: string,
): Promise<number> {
  const feeds = { [input]: new Tensor('float32', samples.features, [samples.count, samples.width]) };
  const answers = (await runModel(model, feeds)).get(output)?.data;
  if (!(answers instanceof BigInt64Array)) throw new Error(`the model has no output '${output}' of class numbers`);
  return shareOf(answers, (answer, row) => Number(answer) === samples.labels[row]);
}

function shareOf(answers: BigInt64Array, right: (answer: bigint, row: number) => boolean): number {
  return answers.filter(right).length / answers.length;
}

/** Share of texts whose language the model names, all in one batch. */
export async function textAccuracy(model: Uint8Array, texts: readonly LabelledText[]): Promise<number> {
  const feeds = {
    text: new Tensor(
      'string',
      texts.map(({ text }) => text),
      [texts.length],
    ),
  };
  const answers = (await runModel(model, feeds)).get('language')?.data;
  if (!Array.isArray(answers)) throw new Error("the model has no output 'language' of texts");
  return texts.filter(({ label }, row) => answers[row] === languages[label]).length / texts.length;
}
