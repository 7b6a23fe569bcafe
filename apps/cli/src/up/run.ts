import { join } from 'node:path';
import { openRotatingFile } from '@cluster-ai/platform/files/rotating-file.ts';
import { createLifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import type { Lifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { homePaths, prepareHome } from './home.ts';
import { announcementPhase, leftoversPhase, lockPhase, portsPhase } from './own-phases.ts';
import { gatewaysPhase } from './gateways-phase.ts';
import { controlPlanePhase, databasePhase } from './program-phases.ts';
import { RunningPrograms } from './running-programs.ts';
import type { UpOptions } from './running-programs.ts';
import { embeddedDatabase } from './settings.ts';

export interface RunUpOptions extends UpOptions {
  /** Shows a start that failed; returns the exit code. */
  readonly onStartFailed: (error: unknown) => number;
}

/** Runs everything until a signal, then ends the process: 0 after an ordered stop. */
export async function runUp(options: RunUpOptions): Promise<void> {
  const { home, up } = options.settings;
  await prepareHome(home);
  const file = openRotatingFile({ path: join(homePaths(home).logs, 'up.log'), ...up.value.logs });
  const log = createLogger({ program: 'up', level: 'info', destination: file });
  const lifecycle = createLifecycle({ log, onStartFailed: options.onStartFailed });
  addPhases(lifecycle, new RunningPrograms(options, log));
  await lifecycle.runUntilSignal();
}

/** What `up` starts, first to last; it stops in reverse. */
function addPhases(lifecycle: Lifecycle, running: RunningPrograms): void {
  const given = running.settings.controlPlane.value.database.url;
  let database = { url: given, isNew: false };
  lifecycle.add(lockPhase(running));
  lifecycle.add(leftoversPhase(running));
  lifecycle.add(portsPhase(running));
  if (given === embeddedDatabase) lifecycle.add(databasePhase(running, (ready) => (database = ready)));
  lifecycle.add(controlPlanePhase(running, () => database.url));
  lifecycle.add(gatewaysPhase(running));
  lifecycle.add(announcementPhase(running, () => database.isNew));
}
