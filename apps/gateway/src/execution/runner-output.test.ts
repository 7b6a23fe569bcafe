import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { logRunnerOutput } from './runner-output.ts';

let nowMs: number;
let lines: string[];
let stream: PassThrough;

beforeEach(() => {
  nowMs = 0;
  lines = [];
  stream = new PassThrough();
  const write = (fields: object, message: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  logRunnerOutput(stream, 'shared-1', log, { nowMs: () => nowMs, wallMs: () => nowMs });
});

async function print(text: string): Promise<void> {
  stream.write(text);
  await new Promise((resolve) => void setImmediate(resolve));
}

describe('logRunnerOutput', () => {
  it('writes whole lines under the name of the runner', async () => {
    await print('one\ntw');
    expect(lines).toEqual(['{"runner":"shared-1"} one']);
    await print('o\n\nthree');
    stream.end();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(lines.slice(1)).toEqual(['{"runner":"shared-1"} two', '{"runner":"shared-1"} three']);
  });

  it('cuts long lines, with or without an end', async () => {
    await print(`${'x'.repeat(10_000)}\n`);
    await print('y'.repeat(10_000));
    await print('y'.repeat(10_000));
    stream.end();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(lines.map((line) => line.length)).toEqual([4_118, 4_118]);
  });

  it('counts a flood instead of writing it', async () => {
    await print('again\n'.repeat(1_000));
    expect(lines).toHaveLength(100);
    nowMs = 10_001;
    await print('later\n');
    expect(lines.slice(100)).toEqual([
      '{"runner":"shared-1","lines":900} lines of the runner were dropped',
      '{"runner":"shared-1"} later',
    ]);
  });
});
