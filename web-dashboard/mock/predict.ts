/** Answers of the mock's `/predict`. Fixed figures, for looking at the page only. */

export interface MockAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const outputs: Readonly<Record<string, readonly unknown[]>> = {
  iris: [
    { name: 'probabilities', datatype: 'FP32', shape: [1, 3], data: [0.9731, 0.0264, 0.0005] },
    { name: 'label', datatype: 'INT64', shape: [1], data: [0] },
  ],
  mnist: [
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [1, 10],
      data: [0.0001, 0.0004, 0.0031, 0.0102, 0.0001, 0.0002, 0.0001, 0.9812, 0.0004, 0.0042],
    },
    { name: 'digit', datatype: 'INT64', shape: [1], data: [7] },
  ],
  'silero-vad': [
    { name: 'output', datatype: 'FP32', shape: [1, 1], data: [0.0123] },
    { name: 'stateN', datatype: 'FP32', shape: [2, 1, 128], data: Array.from({ length: 256 }, () => 0.25) },
  ],
  language: [{ name: 'language', datatype: 'BYTES', shape: [3], data: ['en', 'pt', 'de'] }],
};

/**
 * Sentinels: a request whose text holds `mock:<status>` is refused with that status, so that each refusal can be seen
 * by hand in any form that takes strings; iris refuses the value 503 alike.
 */
export function mockPredict(model: string, body: string): MockAnswer {
  const sentinel = /mock:(\d{3})|"data":\[(503),/.exec(body);
  if (sentinel !== null) {
    const status = Number(sentinel[1] ?? sentinel[2]);
    return json(status, { error: `the mock was asked to refuse with ${status}` });
  }
  if (model === 'half') return halfAnswer();
  const known = outputs[model];
  if (known === undefined) return json(404, { error: `Request for unknown model: '${model}' is not found` });
  return json(200, { model_name: model, model_version: '1', outputs: known });
}

function json(status: number, document: unknown): MockAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
}

/** FP16 has no JSON form: the value 1.5 in binary. */
function halfAnswer(): MockAnswer {
  const output = { name: 'y', datatype: 'FP16', shape: [1], parameters: { binary_data_size: 2 } };
  const head = Buffer.from(JSON.stringify({ model_name: 'half', model_version: '1', outputs: [output] }));
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(head.byteLength) },
    body: Buffer.concat([head, Buffer.from([0x00, 0x3e])]),
  };
}
