import { readdirSync, readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import { describe, expect, test } from 'vitest';
import { decodeRequest, type DecodedRequest, type ResponseForm } from './decode-request.ts';
import { errorDocument } from './documents.ts';
import { encodeResponse } from './encode-response.ts';

/**
 * Each file under `golden/` holds one message in both its forms, in sections that begin with `---- name`.
 *
 * `request` (JSON on the wire) and perhaps `binary` (hexadecimal, appended) become `decoded` or `error`;
 * `response` (what the pipeline gives) becomes `wire` and perhaps `binary`. Blanks around JSON are free, tensor bytes
 * are hexadecimal.
 */
const folder = new URL('golden/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.golden'));

function sectionsOf(file: string): ReadonlyMap<string, string> {
  const [, ...parts] = readFileSync(new URL(file, folder), 'utf8').split(/^---- /m);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trimEnd()]),
  );
}

const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const bytes = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** JSON with bigints as `"123n"` and bytes as hexadecimal. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'bigint') return `${item}n`;
      return item instanceof Uint8Array ? hex(item) : item;
    }),
  );
}

function decode(sections: ReadonlyMap<string, string>): DecodedRequest {
  const json = Buffer.from(sections.get('request') ?? '');
  const binary = sections.get('binary');
  const headerLength = sections.get('header') ?? (binary === undefined ? null : String(json.byteLength));
  return decodeRequest(new Uint8Array(Buffer.concat([json, bytes(binary ?? '')])), headerLength, 'simple', null);
}

const requests = files.filter((file) => sectionsOf(file).has('request'));
const responses = files.filter((file) => sectionsOf(file).has('response'));

test('every golden file is of one kind', () => {
  expect([...requests, ...responses].toSorted()).toEqual(files.toSorted());
  expect(requests.length).toBeGreaterThan(0);
  expect(responses.length).toBeGreaterThan(0);
});

describe('requests', () => {
  test.each(requests)('%s', (file) => {
    const sections = sectionsOf(file);
    const error = sections.get('error');
    if (error === undefined) {
      const { request, form } = decode(sections);
      expect(plain({ ...request, form })).toEqual(JSON.parse(sections.get('decoded') ?? ''));
      return;
    }
    try {
      decode(sections);
      expect.unreachable('the request was taken');
    } catch (thrown) {
      if (!(thrown instanceof ClusterError)) throw thrown;
      expect(`${thrown.httpStatus} ${errorDocument(thrown)}`).toBe(error);
    }
  });
});

interface ResponseSection {
  readonly response: Omit<InferenceResponse, 'outputs'> & {
    readonly outputs: readonly (InferenceResponse['outputs'][number] & { readonly data: unknown })[];
  };
  readonly form: ResponseForm;
}

describe('responses', () => {
  test.each(responses)('%s', (file) => {
    const sections = sectionsOf(file);
    const { response, form } = JSON.parse(sections.get('response') ?? '') as ResponseSection; // The file's own form.
    const outputs = response.outputs.map((output) => ({ ...output, data: bytes(String(output.data)) }));
    const encoded = encodeResponse({ ...response, outputs }, form);
    const body = Buffer.from(encoded.body);
    const jsonBytes = encoded.headerLength ?? body.byteLength;
    expect(body.subarray(0, jsonBytes).toString()).toBe(sections.get('wire'));
    expect(hex(body.subarray(jsonBytes))).toBe(hex(bytes(sections.get('binary') ?? '')));
    expect(encoded.contentType).toBe(sections.has('binary') ? 'application/octet-stream' : 'application/json');
    expect(encoded.headerLength === null).toBe(!sections.has('binary'));
  });
});
