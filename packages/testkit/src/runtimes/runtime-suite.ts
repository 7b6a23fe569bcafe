import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datatypes, elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';

/** The models that a runtime must provide to be held to the suite. Each call loads one. */
export interface RuntimeFixtures {
  /** `x` -> `y`, equal. A string is the name of a dynamic dimension. */
  identity(datatype: Datatype, shape: readonly (number | string)[]): Promise<LoadedModel>;
  /** `a`, `b` FP32[n,3] -> `sum`, `difference`. */
  sumAndDifference(): Promise<LoadedModel>;
  /** Loads a file that is no model. */
  corrupt(): Promise<LoadedModel>;
}

/** Values of each datatype at the ends of its range, as raw little-endian bytes. */
const samples: Readonly<Record<Datatype, Uint8Array>> = {
  BOOL: Uint8Array.of(0, 1, 1),
  UINT8: Uint8Array.of(0, 127, 255),
  INT8: raw(Int8Array.of(-128, 0, 127)),
  UINT16: raw(Uint16Array.of(0, 1, 65_535)),
  INT16: raw(Int16Array.of(-32_768, 0, 32_767)),
  UINT32: raw(Uint32Array.of(0, 1, 4_294_967_295)),
  INT32: raw(Int32Array.of(-2_147_483_648, 0, 2_147_483_647)),
  UINT64: raw(BigUint64Array.of(0n, 1n, 18_446_744_073_709_551_615n)),
  INT64: raw(BigInt64Array.of(-9_223_372_036_854_775_808n, 0n, 9_223_372_036_854_775_807n)),
  // Bits of 1, -Infinity and a quiet NaN.
  FP16: raw(Uint16Array.of(0x3c00, 0xfc00, 0x7e00)),
  FP32: raw(Float32Array.of(1.5, -Infinity, Number.NaN)),
  FP64: raw(Float64Array.of(-0, Number.MAX_VALUE, Number.NaN)),
  BYTES: encodeBytesElements(['', 'plain', 'ça va 🚀 \uFEFF'].map((text) => new TextEncoder().encode(text))),
};

function raw(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The behaviour that every runtime owes, whatever executes its models. */
export function describeRuntime(name: string, fixtures: RuntimeFixtures): void {
  describe(`runtime ${name}`, () => {
    describe.each(datatypes)('%s', (datatype) => {
      it('returns what it was given, bit for bit', async () => {
        const given = { shape: [3], data: samples[datatype] };
        expect(await roundTrip(fixtures, datatype, ['n'], given)).toEqual(echoOf(datatype, given));
      });

      it('takes data at any address', async () => {
        const padded = new Uint8Array(samples[datatype].byteLength + 3);
        padded.set(samples[datatype], 3);
        const given = { shape: [3], data: padded.subarray(3) };
        expect(await roundTrip(fixtures, datatype, ['n'], given)).toEqual(echoOf(datatype, given));
      });

      it('takes a scalar', async () => {
        const isText = datatype === 'BYTES';
        const one = isText
          ? encodeBytesElements([Uint8Array.of(0x61)])
          : samples[datatype].slice(0, elementBytes[datatype]);
        const given = { shape: [], data: one };
        expect(await roundTrip(fixtures, datatype, [], given)).toEqual(echoOf(datatype, given));
      });

      it('takes a tensor without elements', async () => {
        const given = { shape: [0, 4], data: new Uint8Array(0) };
        expect(await roundTrip(fixtures, datatype, ['n', 4], given)).toEqual(echoOf(datatype, given));
      });
    });

    describeStrings(fixtures);
    describeOutputs(fixtures);
    describeFailures(fixtures);
  });
}

type Content = Pick<Tensor, 'shape' | 'data'>;

async function roundTrip(
  fixtures: RuntimeFixtures,
  datatype: Datatype,
  shape: readonly (number | string)[],
  given: Content,
): Promise<readonly unknown[]> {
  const model = await fixtures.identity(datatype, shape);
  const outputs = await model.execute([{ name: 'x', datatype, ...given }], []);
  await model.release();
  return outputs.map((output) => Object.assign(output, { data: [...output.data] }));
}

function echoOf(datatype: Datatype, { shape, data }: Content): readonly unknown[] {
  return [{ name: 'y', datatype, shape, data: [...data] }];
}

function describeStrings(fixtures: RuntimeFixtures): void {
  it.each([
    ['is not UTF-8', Uint8Array.of(0xc3, 0x28)],
    ['holds a zero byte', Uint8Array.of(0x61, 0, 0x62)],
  ])('refuses a string that %s instead of changing it', async (why, element) => {
    const model = await fixtures.identity('BYTES', ['n']);
    const data = encodeBytesElements([Uint8Array.of(0x61), element]);
    await expect(model.execute([{ name: 'x', datatype: 'BYTES', shape: [2], data }], [])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`string 1 of input 'x' ${why}`),
    });
    await model.release();
  });

  it('refuses string data that ends too early', async () => {
    const model = await fixtures.identity('BYTES', ['n']);
    for (const data of [Uint8Array.of(5, 0, 0, 0, 0x61), Uint8Array.of(1, 0)]) {
      await expect(model.execute([{ name: 'x', datatype: 'BYTES', shape: [1], data }], [])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    await model.release();
  });

  it('makes any non-zero BOOL byte true', async () => {
    const model = await fixtures.identity('BOOL', ['n']);
    const [output] = await model.execute(
      [{ name: 'x', datatype: 'BOOL', shape: [3], data: Uint8Array.of(0, 2, 255) }],
      [],
    );
    await model.release();
    expect([...(output?.data ?? [])]).toEqual([0, 1, 1]);
  });
}

function describeOutputs(fixtures: RuntimeFixtures): void {
  describe('outputs', () => {
    let model: LoadedModel;
    const inputs: Tensor[] = [
      { name: 'b', datatype: 'FP32', shape: [1, 3], data: raw(Float32Array.of(1, 2, 3)) },
      { name: 'a', datatype: 'FP32', shape: [1, 3], data: raw(Float32Array.of(10, 20, 30)) },
    ];

    beforeAll(async () => {
      model = await fixtures.sumAndDifference();
    });
    afterAll(() => model.release());

    it('reports the signature in the order of the file, dynamic dimensions as -1', () => {
      expect(model.signature).toEqual({
        inputs: [
          { name: 'a', datatype: 'FP32', shape: [-1, 3] },
          { name: 'b', datatype: 'FP32', shape: [-1, 3] },
        ],
        outputs: [
          { name: 'sum', datatype: 'FP32', shape: [-1, 3] },
          { name: 'difference', datatype: 'FP32', shape: [-1, 3] },
        ],
      });
    });

    it('gives all outputs in the order of the signature when none is named', async () => {
      const outputs = await model.execute(inputs, []);
      expect(outputs.map((output) => output.name)).toEqual(['sum', 'difference']);
      const [sum, difference] = outputs.map((output) => new Float32Array(output.data.slice().buffer));
      expect(sum).toEqual(Float32Array.of(11, 22, 33));
      expect(difference).toEqual(Float32Array.of(9, 18, 27));
    });

    it('gives the named outputs in the order of the names', async () => {
      const outputs = await model.execute(inputs, ['difference', 'sum']);
      expect(outputs.map((output) => output.name)).toEqual(['difference', 'sum']);
      expect(await model.execute(inputs, ['difference'])).toHaveLength(1);
    });
  });
}

function describeFailures(fixtures: RuntimeFixtures): void {
  it('refuses a file that is no model, with the reason', async () => {
    await expect(fixtures.corrupt()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('reports a run that the model refuses, and goes on', async () => {
    const model = await fixtures.sumAndDifference();
    const row = (name: string, columns: number): Tensor => ({
      name,
      datatype: 'FP32',
      shape: [1, columns],
      data: new Uint8Array(columns * 4),
    });
    await expect(model.execute([row('a', 3), row('b', 2)], [])).rejects.toMatchObject({
      code: 'MODEL_EXECUTION_FAILED',
    });
    await expect(model.execute([row('a', 3)], [])).rejects.toMatchObject({ code: 'MODEL_EXECUTION_FAILED' });
    expect(await model.execute([row('a', 3), row('b', 3)], [])).toHaveLength(2);
    await model.release();
  });

  it('refuses a run after its release', async () => {
    const model = await fixtures.identity('FP32', ['n']);
    await model.release();
    await expect(
      model.execute([{ name: 'x', datatype: 'FP32', shape: [1], data: new Uint8Array(4) }], []),
    ).rejects.toMatchObject({ code: 'MODEL_EXECUTION_FAILED' });
  });
}
