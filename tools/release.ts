import { parseArgs } from 'node:util';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { build } from './release/commands/build.ts';
import { canary } from './release/commands/canary.ts';
import { history } from './release/commands/history.ts';
import { promote } from './release/commands/promote.ts';
import { rollBack } from './release/commands/roll-back.ts';

// The doors of a release: node tools/release.ts <command> --release <file> --target <file>.
// Exit code 0: it is as it was asked for. 1: it is not; what served before serves again, and the record says why.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    release: { type: 'string' },
    target: { type: 'string' },
    registry: { type: 'string' },
    version: { type: 'string' },
    platforms: { type: 'string' },
    passed: { type: 'string' },
    record: { type: 'string' },
  },
});

/** make hands on an empty word for what was not given. */
function given(name: keyof typeof values): string | undefined {
  return values[name] === '' ? undefined : values[name];
}

function required(name: keyof typeof values, example: string): string {
  const value = given(name);
  if (value !== undefined) return value;
  throw new ClusterError('INVALID_ARGUMENT', `${name.toUpperCase()} is missing`, { fix: `Write ${example}.` });
}

const release = (): string => required('release', 'RELEASE=release.json, as make release-build wrote it');
const target = (): string => required('target', 'TARGET=<file>; deployments/release/ has examples');

const commands: Readonly<Record<string, () => Promise<boolean>>> = {
  build: async () => {
    await build({
      registry: required('registry', 'REGISTRY=registry.example.com/'),
      version: given('version'),
      platforms: given('platforms'),
      more: positionals.slice(1),
      out: given('release') ?? 'release.json',
    });
    return true;
  },
  promote: async () => await promote({ release: release(), target: target(), passed: given('passed') }),
  canary: async () => await canary({ release: release(), target: target(), passed: given('passed') }),
  rollback: async () => {
    await rollBack(target());
    return true;
  },
  history: async () => {
    await history(target(), given('record'));
    return true;
  },
};

const command = commands[positionals[0] ?? ''];
try {
  if (command === undefined) {
    throw new ClusterError('INVALID_ARGUMENT', `there is no command '${positionals[0] ?? ''}'`, {
      fix: `Write one of ${Object.keys(commands).join(', ')}.`,
    });
  }
  process.exitCode = (await command()) ? 0 : 1;
} catch (error) {
  const fix = error instanceof ClusterError ? error.fix : undefined;
  console.error(`${error instanceof Error ? error.message : String(error)}${fix === undefined ? '' : `\n  ${fix}`}`);
  process.exitCode = 1;
}
