import {
  elementsJson,
  encodeInferBody,
  inferPath,
  isBinaryOnly,
  outputsJson,
  type InferCall,
} from './infer-request.ts';
import type { TextTensor } from './text-tensor.ts';

/** The call with nothing but fetch: runs under Node 24 as it stands, and in a browser on an allowed origin. */
export function typescriptSnippet(call: InferCall): string {
  const address = quoted(`${call.gatewayUrl}${inferPath(call.model)}`);
  const binary = call.inputs.some(isBinaryOnly);
  return `${bodyStatements(call)}
const response = await fetch(${address}, {
  method: 'POST',
  headers: ${binary ? binaryHeaders : "{ 'content-type': 'application/json' }"},
  body: ${binary ? 'new Blob([json, ...halves])' : 'json'},
});
if (!response.ok) throw new Error(await response.text());
${answerStatements(call)}`;
}

function answerStatements(call: InferCall): string {
  if (call.outputs.some(isBinaryOnly)) return binaryAnswer;
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

const binaryAnswer = `
interface Output { name: string; shape: number[]; data?: unknown[]; parameters?: { binary_data_size?: number } }
const bytes = await response.arrayBuffer();
let offset = Number(response.headers.get('inference-header-content-length'));
const answer = JSON.parse(new TextDecoder().decode(bytes.slice(0, offset))) as { outputs: Output[] };
for (const output of answer.outputs) {
  const size = output.parameters?.binary_data_size ?? 0;
  const data = output.data ?? [...new Float16Array(bytes.slice(offset, offset + size))];
  offset += size;
  console.log(output.name, output.shape, data);
}`;

function bodyStatements(call: InferCall): string {
  const json = call.inputs.every((tensor) => tensor.elements.every(survivesNumber))
    ? `JSON.stringify(${bodyLiteral(call)})`
    : // A JavaScript number would round or lose some of these values, so the text is written out.
      JSON.stringify(encodeInferBody(call).json);
  const halves = call.inputs.filter(isBinaryOnly).map((tensor) => `new Float16Array([${tensor.elements.join(', ')}])`);
  const blobs = halves.length === 0 ? '' : `\nconst halves = [${halves.join(', ')}];`;
  return `const json = ${json};${blobs}`;
}

function bodyLiteral(call: InferCall): string {
  const outputs = outputsJson(call.outputs);
  return `{
  inputs: [
${call.inputs.map((tensor) => `    ${inputLiteral(tensor)},`).join('\n')}
  ],${outputs === null ? '' : `\n  outputs: ${outputs},`}
}`;
}

function inputLiteral(tensor: TextTensor): string {
  const head = `name: ${quoted(tensor.name)}, shape: [${tensor.shape.join(', ')}], datatype: '${tensor.datatype}'`;
  return isBinaryOnly(tensor)
    ? `{ ${head}, parameters: { binary_data_size: ${tensor.elements.length * 2} } }`
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
