import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastMessage } from './log-line.ts';
import { openProgramOutput } from './output.ts';

const info = '{"level":"info","message":"listening"}';
const error = '{"level":"error","message":"start failed","error":{"name":"Error","message":"port 1 is taken"}}';

test.each([
  ['', ''],
  [info, 'listening'],
  [`${error}\n${info}\n`, 'start failed: port 1 is taken'],
  [
    '{"level":"warn","message":"iris/1 is not served: no such input; add it","error":{"message":"no such input"}}',
    'iris/1 is not served: no such input; add it',
  ],
  ['error: port 1 is taken\nfix: take another\n', 'port 1 is taken'],
  [
    'LOG:  starting\nFATAL:  data directory has wrong ownership\nHINT:  see there\n',
    'FATAL:  data directory has wrong ownership',
  ],
  [
    "file:///x.ts:1\nSyntaxError: The module './a.ts' is empty\n    at x.ts:1\n\nNode.js v24.21.0\n",
    "SyntaxError: The module './a.ts' is empty",
  ],
  ['{"level":"error","mess', '{"level":"error","mess'],
])('what %j said last is %j', (output, message) => {
  expect(lastMessage(output)).toBe(message);
});

function terminalOf(verbose: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const output = openProgramOutput({
    name: 'gateway',
    folder,
    fileBytesMax: 1_000_000,
    filesMax: 2,
    terminal: { line: say, warn: say, error: say },
    verbose,
  });
  return {
    said,
    write: (text: string) => output.write(Buffer.from(text)),
    end: () => {
      output.close();
      const written = readFileSync(join(folder, 'gateway.log'), 'utf8');
      rmSync(folder, { recursive: true });
      return { written, folder };
    },
  };
}

test('everything is written to the log; warnings and errors alone are shown, whole though they come in pieces', () => {
  const terminal = terminalOf(false);
  terminal.write(`${info}\n${error.slice(0, 20)}`);
  terminal.write(`${error.slice(20)}\nplain text\n`);
  expect(terminal.said).toEqual(['gateway: start failed: port 1 is taken']);
  expect(terminal.end().written).toBe(`${info}\n${error}\nplain text\n`);
});

test('a flood of warnings is cut, with the place of the rest', () => {
  const terminal = terminalOf(false);
  terminal.write('{"level":"warn","message":"\\u001b[1mslow\\u001b[m"}\n'.repeat(100));
  const { folder } = terminal.end();
  expect(terminal.said).toEqual([
    ...Array.from({ length: 5 }, () => 'gateway: slow'),
    `gateway: more in ${folder}/gateway.log`,
  ]);
});

test('verbose shows every line', () => {
  const terminal = terminalOf(true);
  terminal.write(`${info}\n`);
  terminal.end();
  expect(terminal.said).toEqual([`gateway | ${info}`]);
});
