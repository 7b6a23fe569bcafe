import { elementsJson, isBinaryOnly, type InferCall } from './infer-request.ts';
import { quoteForShell } from './curl-snippet.ts';
import type { TextTensor } from './text-tensor.ts';

/** Where the command line looks without being told. */
const defaultGateway = /^http:\/\/(localhost|127\.0\.0\.1):8000$/;

/** The call with the product's own command line; null where that has no form for the values. */
export function cliSnippet(call: InferCall): string | null {
  if (!call.inputs.every(fitsCommandLine) || call.outputs.some(isBinaryOnly)) return null;
  const gateway = defaultGateway.test(call.gatewayUrl) ? '' : ` \\\n  --gateway ${quoteForShell(call.gatewayUrl)}`;
  const inputs = call.inputs.map(
    (tensor) => ` \\\n  --input ${quoteForShell(`${tensor.name}=${nested(elementsJson(tensor), tensor.shape)}`)}`,
  );
  return `cluster-ai predict ${quoteForShell(call.model)}${gateway}${inputs.join('')}`;
}

/** The command line reads JSON numbers: no NaN, nothing past 2^53, no half precision. */
function fitsCommandLine(tensor: TextTensor): boolean {
  if (isBinaryOnly(tensor)) return false;
  if (tensor.datatype === 'BYTES' || tensor.datatype === 'BOOL') return true;
  return tensor.elements.every((element) => {
    const value = Number(element);
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  });
}

/** Flat elements in brackets, so that the text carries the shape. */
function nested(elements: readonly string[], shape: readonly number[]): string {
  const [length, ...rest] = shape;
  if (length === undefined) return elements[0] ?? '';
  const size = elements.length / length;
  const rows = Array.from({ length }, (_unused, row) => nested(elements.slice(row * size, (row + 1) * size), rest));
  return `[${rows.join(',')}]`;
}
