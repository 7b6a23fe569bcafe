import { readFile } from 'node:fs/promises';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { classAccuracy, runModel, textAccuracy } from './train/evaluate.ts';
import { exampleDigit, exampleDigitFile } from './train/example-digit.ts';
import { irisData } from './train/iris-data.ts';
import { trainIris } from './train/iris.ts';
import { languageData } from './train/language-data.ts';
import { mnistData } from './train/mnist-data.ts';
import { modelPath, readCard, sha256Of } from './train/model-card.ts';

describe.each(['iris', 'mnist', 'language'])('%s', (name) => {
  test('the stored file is the one that the card describes', async () => {
    const card = await readCard(name);
    const model = await readFile(modelPath(name));
    expect({ name, bytes: model.length, sha256: sha256Of(model) }).toEqual({
      name: card.name,
      bytes: card.bytes,
      sha256: card.sha256,
    });
    expect(model.length).toBeLessThan(1_000_000);
  });

  test('its page states the accuracy of the card', async () => {
    const card = await readCard(name);
    const page = await readFile(new URL(`${name}/README.md`, import.meta.url), 'utf8');
    for (const share of Object.values(card.heldOutAccuracy)) expect(page).toContain(`${(100 * share).toFixed(2)} %`);
    expect(page).toContain(String(card.heldOutSamples));
  });
});

describe('on data that they have never seen', () => {
  test('iris', async () => {
    const card = await readCard('iris');
    const { heldOut } = await irisData();
    expect(heldOut.count).toBe(card.heldOutSamples);
    const accuracy = await classAccuracy(await readFile(modelPath('iris')), heldOut, 'input', 'label');
    expect(accuracy).toBe(card.heldOutAccuracy['flowers']);
    expect(accuracy).toBeGreaterThan(0.95);
  });

  test('mnist', async () => {
    const card = await readCard('mnist');
    const { heldOut } = await mnistData();
    expect(heldOut.count).toBe(card.heldOutSamples);
    const accuracy = await classAccuracy(await readFile(modelPath('mnist')), heldOut, 'image', 'digit');
    // ONNX Runtime picks its kernels by CPU: a digit on the edge may fall to the other side on another machine.
    expect(accuracy).toBeCloseTo(card.heldOutAccuracy['digits'] ?? Number.NaN, 2);
    expect(accuracy).toBeGreaterThan(0.95);
  });

  test('language', async () => {
    const card = await readCard('language');
    const { heldOut } = await languageData();
    const model = await readFile(modelPath('language'));
    expect(Object.values(heldOut).flat()).toHaveLength(card.heldOutSamples);
    for (const [kind, texts] of Object.entries(heldOut)) {
      expect(await textAccuracy(model, texts)).toBeCloseTo(card.heldOutAccuracy[kind] ?? Number.NaN, 2);
    }
  });
});

test('NOTICE names every package that a model comes from', async () => {
  const notice = await readFile(new URL('../NOTICE', import.meta.url), 'utf8');
  for (const name of ['iris', 'mnist', 'language']) {
    const { trainedOn } = await readCard(name);
    const packages = trainedOn.match(/[a-z-]+ \d+\.\d+\.\d+/g) ?? [];
    expect(packages.length).toBeGreaterThan(0);
    for (const source of packages) expect(notice).toContain(source);
  }
  const silero = await readFile(new URL('silero-vad/source.json', import.meta.url), 'utf8');
  expect(notice).toContain(`${/"package": "(.*?)"/.exec(silero)?.[1]} ${/"version": "(.*?)"/.exec(silero)?.[1]}`);
});

test('the digit of the examples is the one that its script makes', async () => {
  expect(await readFile(exampleDigitFile, 'utf8')).toBe(await exampleDigit());
});

test('training again gives the same bytes', async () => {
  const model = trainIris(await irisData());
  expect(sha256Of(model)).toBe((await readCard('iris')).sha256);
});

test('the signatures are those that the pages state', async () => {
  const signature = async (name: string) => signatureFromOnnx(readOnnxModel(await readFile(modelPath(name))));
  expect(await signature('iris')).toEqual({
    inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
      { name: 'label', datatype: 'INT64', shape: [-1] },
    ],
  });
  expect(await signature('mnist')).toEqual({
    inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 784] }],
    outputs: [
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 10] },
      { name: 'digit', datatype: 'INT64', shape: [-1] },
    ],
  });
  expect(await signature('language')).toEqual({
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
    outputs: [
      { name: 'language', datatype: 'BYTES', shape: [-1] },
      { name: 'confidence', datatype: 'FP32', shape: [-1] },
    ],
  });
});

describe('texts in a batch', () => {
  const texts = ['Onde fica a estação?', '', 'WHERE IS THE STATION', 'straße', '日本', 'a'.repeat(2000), '\0 12 !'];

  test('get the answers that they get alone, whatever stands beside them', async () => {
    const session = await InferenceSession.create(await readFile(modelPath('language')));
    const answer = async (some: string[]) => {
      const { language, confidence } = await session.run({ text: new Tensor('string', some, [some.length]) });
      return some.map((_, row) => [language?.data[row], confidence?.data[row]]);
    };
    const together = await answer(texts);
    const alone = await Promise.all(texts.map(async (text) => (await answer([text]))[0]));
    expect(alone).toEqual(together);
    await session.release();
    expect(together[0]?.[0]).toBe('pt');
    expect(together[2]?.[0]).toBe('en');
  });

  test('may be none', async () => {
    const outputs = await runModel(await readFile(modelPath('language')), { text: new Tensor('string', [], [0]) });
    expect(outputs.get('language')?.dims).toEqual([0]);
    expect(outputs.get('confidence')?.dims).toEqual([0]);
  });
});
