import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository, startPlatform, type Platform } from '../start-platform.ts';

// make example-ocr, as a user runs it: three models of others with free heights and widths, from the push to the text,
// through tritonclient in .tools/python.

const run = promisify(execFile);
let platform: Platform;
let firstOutput = '';

function exampleOcr(...pictures: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    CLUSTER_AI_HOME: platform.home,
    CLUSTER_AI_SERVER: platform.controlUrl,
    CLUSTER_AI_URL: platform.gatewayUrl,
  };
  return run(process.execPath, ['tools/example-ocr.ts', ...pictures], { cwd: repository, env }).then(
    ({ stdout }) => stdout,
  );
}

const linesOf = (output: string): string[] =>
  output.split('\n').flatMap((line) => /^[01]\.\d{3} {2}(?<text>.*)$/.exec(line)?.groups?.['text'] ?? []);

async function expectedLines(name: string): Promise<string[]> {
  return (await readFile(join(repository, 'examples/ocr', name), 'utf8')).trimEnd().split('\n');
}

beforeAll(async () => {
  platform = await startPlatform({ examples: false });
  firstOutput = await exampleOcr();
});
afterAll(async () => {
  await platform.stop();
});

describe('text in a picture', () => {
  test('is found, cut out, turned and read exactly by three models that were pushed a moment ago', async () => {
    console.log(firstOutput);
    expect(firstOutput.match(/^pp-ocr-\w+ version 1 is ready/gm)).toHaveLength(3);
    expect(linesOf(firstOutput)).toEqual(await expectedLines('delivery-note.txt'));
  });

  // The last line is code, and blurred: it is found, and not always read right.
  test('is read in a photograph of a page; some spaces are lost in it', async () => {
    const output = await exampleOcr('examples/ocr/page.png');
    const withoutSpaces = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(' ', ''));
    expect(output).toContain('pp-ocr-detection is served already');
    const [code = '', ...upwards] = linesOf(output).toReversed();
    expect(withoutSpaces(upwards.toReversed())).toEqual(withoutSpaces(await expectedLines('page.txt')));
    expect(code).toContain('np.zeros_like(coins)');
  });

  test('is the same when requests of different heights and widths come at once', async () => {
    const note = 'examples/ocr/delivery-note.png';
    const outputs = await Promise.all([exampleOcr(note), exampleOcr('examples/ocr/page.png'), exampleOcr(note)]);
    const [first, page, second] = outputs.map(linesOf);
    const expected = await expectedLines('delivery-note.txt');
    expect(first).toEqual(expected);
    expect(second).toEqual(expected);
    expect(page?.slice(0, 2)).toEqual((await expectedLines('page.txt')).slice(0, 2));
  });
});

test('the script that a user copies stays shorter than 150 lines', async () => {
  const script = await readFile(join(repository, 'examples/ocr/read-text.py'), 'utf8');
  expect(script.trimEnd().split('\n').length).toBeLessThan(150);
});

test('the models say which dimensions are free', async () => {
  const response = await fetch(`${platform.gatewayUrl}/v2/models/pp-ocr-recognition`);
  expect(await response.json()).toMatchObject({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 48, -1] }],
    outputs: [{ datatype: 'FP32', shape: [-1, -1, 6625] }],
  });
});
