import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { expect, test } from 'vitest';
import { SwitchedLog } from './log-settings.ts';

function setUp(level: 'debug' | 'info' | 'error') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = new SwitchedLog(createLogger({ program: 'gateway', level, destination }));
  const written = (): string[] => {
    for (const severity of ['debug', 'info', 'warn', 'error'] as const) log[severity]({}, severity);
    return lines.splice(0).map((line) => (JSON.parse(line) as { message: string }).message);
  };
  return { log, lines, written };
}

test('each severity has a switch of its own', () => {
  const { log, lines, written } = setUp('info');
  expect(log.settings).toEqual({ error: true, warning: true, info: true, verboseLevel: 0 });
  expect(written()).toEqual(['info', 'warn', 'error']);
  log.change({ warning: false }, 'key-1');
  lines.splice(0);
  expect(written()).toEqual(['info', 'error']);
  log.change({ verboseLevel: 2, error: false }, 'key-1');
  lines.splice(0);
  expect(written()).toEqual(['debug', 'info']);
  expect(log.settings).toEqual({ error: false, warning: false, info: true, verboseLevel: 2 });
});

test('who changes it is written, however silent the log is', () => {
  const { log, lines, written } = setUp('error');
  log.change({ error: false }, 'key-1');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 'warn', by: 'key-1', error: false }),
  ]);
  lines.splice(0);
  expect(written()).toEqual([]);
});

test('a level of the control plane takes over when it changes, not each time that it is told', () => {
  const { log, written } = setUp('info');
  log.follow('info');
  log.change({ info: false }, 'key-1');
  log.follow('info');
  expect(log.settings.info).toBe(false);
  log.follow('debug');
  expect(log.settings).toEqual({ error: true, warning: true, info: true, verboseLevel: 1 });
  expect(written()).toContain('debug');
});
