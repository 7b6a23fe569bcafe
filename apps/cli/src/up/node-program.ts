import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedSetting } from '@cluster-ai/platform/config/load-config.ts';
import { originsText } from '@cluster-ai/platform/config/origins.ts';
import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { ownCompileCache } from '@cluster-ai/platform/process/compile-cache.ts';
import { startChild } from './child.ts';
import { homePaths } from './home.ts';
import { askUrl, pollUntil } from './poll.ts';
import type { Program } from './supervise.ts';

export interface NodeProgramOptions {
  /** `gateway`: its name in messages, and of its log and settings files. */
  readonly name: string;
  readonly main: string;
  readonly home: string;
  /** All of its settings, with secrets. */
  readonly config: unknown;
  /** Where each of them comes from, so that the program can show it. */
  readonly settings: readonly LoadedSetting[];
  /** Answers 200 when the program does its work. */
  readonly readyUrl: string;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly onOutput: (chunk: Buffer) => void;
}

const readyIntervalMs = 25;
const answerTimeoutMs = 2_000;

/** One of our own programs, to keep running. Its settings go into a file that only this user can read. */
export function nodeProgram(options: NodeProgramOptions): Program {
  const { name, home } = options;
  return {
    name,
    start() {
      const file = join(homePaths(home).run, `${name}.yaml`);
      const origins = join(homePaths(home).run, `${name}.origins.json`);
      writeUnlessSame(origins, originsText(options.settings));
      // JSON is YAML too.
      writeUnlessSame(file, `${JSON.stringify(options.config, null, 2)}\n`);
      return startChild({
        command: process.execPath,
        args: [...process.execArgv, ...collectorFlags(), options.main, '--config', file, '--config-origins', origins],
        env: programEnvironment(home),
        cwd: home,
        onOutput: options.onOutput,
      });
    },
    untilReady: (child, signal) =>
      pollUntil(() => askUrl(options.readyUrl, answerTimeoutMs), {
        what: `the ${name} to be ready`,
        timeoutMs: options.startTimeoutMs,
        intervalMs: readyIntervalMs,
        signal,
        hopeless: () => (child.hasExited() ? `the ${name} ended` : null),
      }),
    stopTimeoutMs: options.stopTimeoutMs,
  };
}

/** A program that is started again needs no room on the disk for settings that are there. */
function writeUnlessSame(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text, { mode: 0o600 });
}
/**
 * Large bodies in memory of their own, which returns to the system when they are freed: the C library would learn from the
 * first one to keep such pieces.
 */
const memoryGivenBack = { MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '1048576', MALLOC_ARENA_MAX: '4' };

/** Variables that name files with secrets: `up` has read them. */
const secretFiles = new Set(['DATABASE_URL_FILE', 'REDIS_URL_FILE']);

/** Settings travel in the file alone: variables that set something are left out, so that nothing is set twice. */
function programEnvironment(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('CLUSTER_AI_') && name !== 'DATABASE_URL' && !secretFiles.has(name),
  );
  const environment = Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const cache = ownCompileCache(process.env, process.getuid?.(), homePaths(home).cache);
  return { ...memoryGivenBack, ...environment, NODE_COMPILE_CACHE: cache };
}
