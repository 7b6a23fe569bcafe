import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository, until } from '../start-platform.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const main = join(repository, 'apps/cli/src/main.ts');
    writeFileSync(join(folder, shell), execFileSync(process.execPath, [main, 'completion', shell]));
  }
  writeFileSync(join(folder, 'a model.onnx'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A shell on a terminal of its own, as a person has it. */
function startShell(command: string) {
  const child = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, HOME: folder, TERM: 'xterm', PS1: '$ ' },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += stripVTControlCharacters(chunk.toString())));
  return {
    /** Types keys and waits until the shell has printed a text. @returns all that it has printed. */
    async type(keys: string, expected: string): Promise<string> {
      child.stdin.write(keys);
      // What it printed instead is in the error of whoever expected it.
      await until(`${command} prints ${expected}`, 20_000, () => printed.includes(expected)).catch(() => undefined);
      return printed;
    },
    end: () => child.kill(),
  };
}

test.each([
  ['bash --norc --noprofile -i', 'source ./bash'],
  ['zsh -f -i', 'autoload -Uz compinit; compinit -u -D; source ./zsh'],
])('%s completes commands, options, values and files when the tabulator is pressed', async (command, setUp) => {
  const shell = startShell(command);
  try {
    const type = async (keys: string, expected: string) => expect(await shell.type(keys, expected)).toContain(expected);
    await type(`${setUp}; cluster-ai() { printf '<%s>' "$@"; echo; }; echo set''up\n`, 'setup');
    await type('cluster-ai us\tinv\tana --ro\top\t\n', '<user><invite><ana><--role><operator>');
    await type('cluster-ai -o js\tro\tro\tiris --rev\t3\n', '<-o><json><route><rollback><iris><--revision><3>');
    await type('cluster-ai user role ana view\t\n', '<user><role><ana><viewer>');
    await type('cluster-ai model pu\tx a\t\n', '<model><push><x><a model.onnx>');
  } finally {
    shell.end();
  }
});

test('bash offers what there is to choose from', () => {
  const ask = `
    source ./bash
    ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cluster_ai; echo "\${COMPREPLY[*]}"; }
    ask cluster-ai key ''
    ask cluster-ai user invite ana --role = ''
    ask cluster-ai audit list --sort ''
    ask cluster-ai user no-such-command ''`;
  const answers = execFileSync('bash', ['-c', ask], { cwd: folder, encoding: 'utf8' }).split('\n');
  expect(answers.slice(0, 4)).toEqual(['list show create revoke', 'viewer operator admin', 'id -id', '']);
});

test('fish offers commands, options and values with what they mean', () => {
  const ask = (line: string): string[] => {
    const script = `source ./fish; complete --do-complete '${line}'`;
    return execFileSync('fish', ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  };
  expect(ask('cluster-ai user inv')).toEqual([expect.stringMatching(/^invite\tInvite somebody/)]);
  expect(ask('cluster-ai user invite ana --ro')).toEqual(['--role\twhat they may do']);
  expect(ask('cluster-ai -o json user role ana ')).toEqual(['admin', 'operator', 'viewer']);
  expect(ask('cluster-ai model push x a\\ mo')).toEqual(['a model.onnx']);
});
