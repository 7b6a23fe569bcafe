import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { bytesOfTensor } from './element-bytes.ts';
import { elementsJson, encodeInferBody, inferPath, isBinary, outputsJson, type InferCall } from './infer-request.ts';
import type { TextTensor } from './text-tensor.ts';

/** The call with nothing but fetch: runs under Node 24 as it stands, and in a browser on an allowed origin. */
export function typescriptSnippet(call: InferCall): string {
  const address = quoted(`${call.gatewayUrl}${inferPath(call.model)}`);
  const binary = call.inputs.some((tensor) => isBinary(call, tensor));
  return `${bodyStatements(call)}
const response = await fetch(${address}, {
  method: 'POST',
  headers: ${binary ? binaryHeaders : "{ 'content-type': 'application/json' }"},
  body: ${binary ? 'new Blob([json, ...tensors])' : 'json'},
});
if (!response.ok) throw new Error(await response.text());
${answerStatements(call)}`;
}

function answerStatements(call: InferCall): string {
  if (call.outputs.some((output) => isBinary(call, output))) return binaryAnswer(call);
  return call.inputs.some((tensor) => tensor.elements.some(isNoJson)) ? textAnswer : jsonAnswer;
}

/** NaN in, most likely NaN out, which JSON.parse refuses. */
const textAnswer = `
console.log(await response.text());`;

const binaryHeaders = `{
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(new TextEncoder().encode(json).byteLength),
  }`;

const jsonAnswer = `
interface Output { name: string; datatype: string; shape: number[]; data: unknown[] }
const answer = (await response.json()) as { outputs: Output[] };
for (const output of answer.outputs) console.log(output.name, output.shape, output.data);`;

/** Typed arrays have the byte order of the machine, which is the protocol's on every machine that runs Node. */
const arrays: Readonly<Record<Exclude<Datatype, 'BYTES'>, string>> = {
  BOOL: 'Uint8Array',
  UINT8: 'Uint8Array',
  UINT16: 'Uint16Array',
  UINT32: 'Uint32Array',
  UINT64: 'BigUint64Array',
  INT8: 'Int8Array',
  INT16: 'Int16Array',
  INT32: 'Int32Array',
  INT64: 'BigInt64Array',
  FP16: 'Float16Array',
  FP32: 'Float32Array',
  FP64: 'Float64Array',
};

const readStrings = `{
    const texts: string[] = [];
    for (let at = 0; at < part.byteLength; ) {
      const end = at + 4 + new DataView(part).getUint32(at, true);
      texts.push(new TextDecoder().decode(part.slice(at + 4, end)));
      at = end;
    }
    return texts;
  }`;

function readerOf(datatype: Datatype): string {
  if (datatype === 'BYTES') return `  BYTES: (part) => ${readStrings},`;
  const values = `[...new ${arrays[datatype]}(part)]`;
  return `  ${datatype}: (part) => ${datatype === 'BOOL' ? `${values}.map(Boolean)` : values},`;
}

function binaryAnswer(call: InferCall): string {
  const types = [...new Set(call.outputs.map(({ datatype }) => datatype))];
  return `
interface Output {
  name: string;
  datatype: string;
  shape: number[];
  data?: unknown[];
  parameters?: { binary_data_size?: number };
}
const readers: Record<string, (part: ArrayBuffer) => unknown[]> = {
${types.map(readerOf).join('\n')}
};
const bytes = await response.arrayBuffer();
let offset = Number(response.headers.get('inference-header-content-length'));
const answer = JSON.parse(new TextDecoder().decode(bytes.slice(0, offset))) as { outputs: Output[] };
for (const output of answer.outputs) {
  const size = output.parameters?.binary_data_size ?? 0;
  const data = output.data ?? readers[output.datatype]?.(bytes.slice(offset, offset + size));
  offset += size;
  console.log(output.name, output.shape, data);
}`;
}

function typedArray({ datatype, elements, ...rest }: TextTensor): string {
  // Strings stand behind their length; a boolean is one byte.
  if (datatype === 'BYTES' || datatype === 'BOOL') {
    return `new Uint8Array([${bytesOfTensor({ datatype, elements, ...rest }).join(', ')}])`;
  }
  const suffix = datatype.endsWith('INT64') ? 'n' : '';
  return `new ${arrays[datatype]}([${elements.map((element) => `${element}${suffix}`).join(', ')}])`;
}

function bodyStatements(call: InferCall): string {
  const json = call.inputs.every((tensor) => isBinary(call, tensor) || tensor.elements.every(survivesNumber))
    ? `JSON.stringify(${bodyLiteral(call)})`
    : // A JavaScript number would round or lose some of these values, so the text is written out.
      JSON.stringify(encodeInferBody(call).json);
  const tensors = call.inputs.filter((tensor) => isBinary(call, tensor)).map(typedArray);
  const blobs = tensors.length === 0 ? '' : `\nconst tensors = [\n${tensors.map((line) => `  ${line},\n`).join('')}];`;
  return `const json = ${json};${blobs}`;
}

function bodyLiteral(call: InferCall): string {
  const outputs = outputsJson(call);
  return `{
  inputs: [
${call.inputs.map((tensor) => `    ${inputLiteral(call, tensor)},`).join('\n')}
  ],${outputs === null ? '' : `\n  outputs: ${outputs},`}
}`;
}

function inputLiteral(call: InferCall, tensor: TextTensor): string {
  const head = `name: ${quoted(tensor.name)}, shape: [${tensor.shape.join(', ')}], datatype: '${tensor.datatype}'`;
  return isBinary(call, tensor)
    ? `{ ${head}, parameters: { binary_data_size: ${bytesOfTensor(tensor).byteLength} } }`
    : `{ ${head}, data: [${elementsJson(tensor).join(', ')}] }`;
}

function survivesNumber(element: string): boolean {
  return !isNoJson(element) && (!/^-?\d{16,}$/.test(element) || Number.isSafeInteger(Number(element)));
}

function isNoJson(element: string): boolean {
  return /^(?:NaN|-?Infinity)$/.test(element);
}

/** A string literal with single quotes, as the rest of the snippet has them; JSON's escapes are TypeScript's too. */
function quoted(text: string): string {
  const literal = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return `'${literal.replaceAll("'", "\\'")}'`;
}
