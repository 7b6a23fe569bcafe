import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { expect, test } from 'vitest';
import { launchCommand, programsMissing } from './launch-command.ts';

const all = { unshare: '/usr/bin/unshare', setpriv: '/usr/bin/setpriv', sh: '/bin/sh', prlimit: '/usr/bin/prlimit' };
const options = {
  programs: all,
  boxFolder: '/box',
  node: '/node',
  script: '/script.ts',
  codeFolders: ['/code'],
  modelsFolder: '/models',
  limits: { memoryBytesMax: 1_000, slots: 1 },
};

test.each([
  ['box', 'unshare'],
  ['box', 'setpriv'],
  ['box', 'sh'],
  ['box', 'prlimit'],
  ['network', 'unshare'],
  ['network', 'setpriv'],
  ['network', 'sh'],
] as const)('level %s without %s is refused, and does not become a lesser one', (level, name) => {
  const programs = { ...all, [name]: null };
  expect(programsMissing(level, programs)).toEqual([name]);
  expect(() => launchCommand({ ...options, level, programs })).toThrow(`level ${level} needs ${name}`);
});

test('without any program of the system there is what Node itself refuses', () => {
  const programs = { unshare: null, setpriv: null, sh: null, prlimit: null };
  expect(programsMissing('none', programs)).toEqual([]);
  const { file, args } = launchCommand({ ...options, level: 'none', programs });
  expect([file, ...args]).toEqual(
    expect.arrayContaining(['/node', '--permission', '--allow-fs-read=/models', '/script.ts']),
  );
});

test('a runner collects garbage as its machine allows, before the script', () => {
  const { args } = launchCommand({ ...options, level: 'box' });
  const flags = args.slice(args.indexOf('--expose-gc') + 1, args.indexOf('--allow-fs-read=/code'));
  expect(flags).toEqual(collectorFlags());
});
