import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunnerConfinement } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { exhaustedError } from '@cluster-ai/platform/process/exhausted.ts';
import { programFiles, runnerCode } from '@cluster-ai/platform/process/program-files.ts';
import { runnerEnvironment } from './runner-environment.ts';
import { confinementLevels, launchCommand, programsMissing } from './launch-command.ts';
import type { ConfinementLevel, LaunchCommand, RunnerLimits } from './launch-command.ts';
import { protectionsOf } from './protections.ts';
import { findSystemPrograms } from './system-programs.ts';
import type { SystemPrograms } from './system-programs.ts';

/** Building the box and starting Node in it takes 0.1 s; a busy machine may take longer. */
const checkTimeoutMs = 20_000;

export interface ConfinementOptions {
  /** Folder of the gateway. */
  readonly home: string;
  /** The folder that holds the folders of all models. */
  readonly modelsFolder: string;
  /** Memory that one runner may fill, bytes. */
  readonly memoryBytesMax: number;
  /** `required` starts no runner where the system does not allow the strongest level. */
  readonly wanted: 'as-allowed' | 'required';
  readonly log: Logger;
}

/** How runners of this gateway are shut in. */
export interface Confinement {
  readonly level: ConfinementLevel;
  readonly memoryBytesMax: number;
  readonly report: RunnerConfinement;
  /** The command for a runner with so many threads. */
  command(slots: number): LaunchCommand;
  /** The same for another script, which has to lie in the folder of the models. */
  commandFor(script: string, slots: number): LaunchCommand;
}

/**
 * Finds out, by trying, how far this system lets runners be shut in.
 * @throws ClusterError PREREQUISITE_MISSING when the strongest level is required and not allowed; OVERLOADED when it could
 * not be found out now.
 */
export async function confineRunners(options: ConfinementOptions): Promise<Confinement> {
  const { home, wanted, log, memoryBytesMax } = options;
  const boxFolder = join(home, 'runner-box');
  for (const folder of [boxFolder, options.modelsFolder]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fixed = {
    programs: findSystemPrograms(),
    boxFolder: realpathSync(boxFolder),
    modelsFolder: realpathSync(options.modelsFolder),
    node: realpathSync(process.execPath),
    codeFolders: runnerCode.map((folder) => realpathSync(folder)),
  };
  const launch = (level: ConfinementLevel, script: string, slots: number): LaunchCommand => {
    const limits: RunnerLimits = { memoryBytesMax, slots };
    return launchCommand({ ...fixed, level, script, limits });
  };
  const refusals: string[] = [];
  const trialOf = (candidate: ConfinementLevel): LaunchCommand => {
    const { file, args } = launch(candidate, programFiles.runnerCheck, 1);
    return { file, args: [...args, fixed.modelsFolder] };
  };
  const level = await strongest(fixed.programs, trialOf, refusals);
  const report = protectionsOf(level, fixed.programs, refusals[0] ?? '', memoryBytesMax);
  for (const { protection, why } of report.missing) log.warn({ why }, `runners go without: ${protection}`);
  log.info({ level, active: report.active, memoryBytesMax }, 'runners are confined');
  if (wanted === 'required' && level !== 'box') {
    throw new ClusterError('PREREQUISITE_MISSING', `runners cannot be confined as required: ${refusals[0] ?? ''}`, {
      fix: 'allow user namespaces to this user (docs/guides/isolation.md), or set runner.confinement to as-allowed',
    });
  }
  return {
    level,
    memoryBytesMax,
    report,
    command: (slots) => launch(level, programFiles.runner, slots),
    commandFor: (script, slots) => launch(level, script, slots),
  };
}

async function strongest(
  programs: SystemPrograms,
  trialOf: (level: ConfinementLevel) => LaunchCommand,
  refusals: string[],
): Promise<ConfinementLevel> {
  for (const level of confinementLevels) {
    const missing = programsMissing(level, programs);
    if (missing.length > 0) {
      refusals.push(`the program ${missing.join(', ')} is not there`);
      continue;
    }
    const { file, args } = trialOf(level);
    try {
      const { stdout } = await promisify(execFile)(file, args, {
        cwd: '/',
        env: runnerEnvironment(),
        timeout: checkTimeoutMs,
        killSignal: 'SIGKILL',
      });
      if (stdout.trim() === 'confined') return level;
      refusals.push('a trial did not print what it should');
    } catch (error) {
      // What passes must not leave runners open for as long as the gateway runs.
      const passing = passingError(error);
      if (passing !== null) throw passing;
      refusals.push(reasonOf(error));
    }
  }
  return 'none';
}

/** Of a trial that says nothing about the system; null when it was refused. */
function passingError(error: unknown): ClusterError | null {
  if (!(error instanceof Error)) return null;
  const wasKilled = 'killed' in error && error.killed === true;
  const noProcess = 'code' in error && error.code === 'EAGAIN';
  if (!wasKilled && !noProcess) return exhaustedError(error);
  const why = wasKilled ? `a trial took longer than ${checkTimeoutMs} ms` : 'this machine starts no process now';
  return new ClusterError('OVERLOADED', `it cannot be found out how runners can be confined: ${why}`, {
    cause: error,
    retryAfterSeconds: 1,
  });
}

/** What the program that refused has printed last; without it, what Node says. */
function reasonOf(error: unknown): string {
  const printed = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  // Programs that mount say at the end where more may be found, and what is wrong before it.
  const lines = printed.split('\n').filter((line) => line.trim() !== '' && !line.includes('dmesg(1)'));
  return (lines.at(-1) ?? String(error)).slice(0, 300);
}
