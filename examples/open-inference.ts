/**
 * A client of the Open Inference Protocol (v2, HTTP) in one file, with the binary tensor extension both ways.
 * It needs nothing but `fetch`: copy it into a project of your own.
 */

export type TensorData = Float32Array | BigInt64Array | string[];

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Tensors = Readonly<Record<string, Tensor>>;

interface TensorHeader {
  readonly name: string;
  readonly datatype: string;
  readonly shape: number[];
  readonly parameters: { readonly binary_data_size: number };
}

/** Sends the tensors to a model and returns its outputs. Throws with the server's own words when it refuses. */
export async function infer(url: string, model: string, inputs: Tensors): Promise<Map<string, Tensor>> {
  const blobs = Object.values(inputs).map(({ data }) => bytesOf(data));
  const headers = Object.entries(inputs).map(([name, { shape, data }], index) => ({
    name,
    shape,
    datatype: datatypeOf(data),
    parameters: { binary_data_size: blobs[index]?.length ?? 0 },
  }));
  const header = Buffer.from(JSON.stringify({ inputs: headers, parameters: { binary_data_output: true } }));
  const response = await fetch(`${url}/v2/models/${encodeURIComponent(model)}/infer`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': String(header.length) },
    body: Buffer.concat([header, ...blobs]),
  });
  if (!response.ok) throw new Error(`${model}: ${response.status} ${await response.text()}`);
  const body = Buffer.from(await response.arrayBuffer());
  return readOutputs(body, Number(response.headers.get('Inference-Header-Content-Length') ?? body.length));
}

/** Outputs lie behind the JSON header, one after another, in its order. */
function readOutputs(body: Buffer, headerBytes: number): Map<string, Tensor> {
  // The form of the header is fixed by the protocol, and all outputs are binary because the request said so.
  const { outputs } = JSON.parse(body.toString('utf8', 0, headerBytes)) as { outputs: TensorHeader[] };
  let start = headerBytes;
  return new Map(
    outputs.map(({ name, datatype, shape, parameters }) => {
      // A slice of its own: typed arrays need their data to begin at a multiple of their element.
      const data = Uint8Array.from(body.subarray(start, start + parameters.binary_data_size));
      start += parameters.binary_data_size;
      return [name, { shape, data: dataOf(datatype, data) }];
    }),
  );
}

function datatypeOf(data: TensorData): string {
  if (data instanceof Float32Array) return 'FP32';
  return data instanceof BigInt64Array ? 'INT64' : 'BYTES';
}

/** Numbers as they lie in memory (little-endian); texts with their length, four bytes, before each. */
function bytesOf(data: TensorData): Buffer {
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat(
    data.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

function dataOf(datatype: string, bytes: Uint8Array<ArrayBuffer>): TensorData {
  if (datatype === 'FP32') return new Float32Array(bytes.buffer);
  if (datatype === 'INT64') return new BigInt64Array(bytes.buffer);
  if (datatype !== 'BYTES') throw new Error(`this client does not read ${datatype}`);
  const texts: string[] = [];
  const view = Buffer.from(bytes.buffer);
  for (let offset = 0; offset < view.length;) {
    const end = offset + 4 + view.readUInt32LE(offset);
    texts.push(view.toString('utf8', offset + 4, end));
    offset = end;
  }
  return texts;
}
