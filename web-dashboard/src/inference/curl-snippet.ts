import { encodeInferBody, inferPath, isBinary, type InferCall } from './infer-request.ts';

/** The call as one shell command. The body comes on standard input: an argument is limited to 128 KiB on Linux. */
export function curlSnippet(call: InferCall): string {
  const { json, blob } = encodeInferBody(call);
  const address = quoteForShell(`${call.gatewayUrl}${inferPath(call.model)}`);
  const answer = call.outputs.some((output) => isBinary(call, output)) ? ' \\\n  --output answer.bin' : '';
  if (blob.byteLength === 0) {
    return `curl --silent --show-error ${address} \\
  --header 'content-type: application/json'${answer} \\
  --data-binary @- <<'JSON'
${json}
JSON`;
  }
  const jsonBytes = new TextEncoder().encode(json).byteLength;
  return `{ printf '%s' ${quoteForShell(json)}
  printf '${octal(blob)}'
} | curl --silent --show-error ${address} \\
  --header 'content-type: application/octet-stream' \\
  --header 'inference-header-content-length: ${jsonBytes}'${answer} \\
  --data-binary @-`;
}

/** A word for a POSIX shell, whatever it holds. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Bytes as the octal escapes that every POSIX printf knows; hexadecimal ones are an extension. */
function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
