import type { Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { embeddedPostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { givesWay } from './gives-way.ts';
import { homePaths } from './home.ts';
import { socketFolder } from './lock.ts';
import { nodeProgram } from './node-program.ts';
import { prepareDatabase } from './postgres-data.ts';
import { postgresProgram, postgresStopTimeoutMs } from './postgres.ts';
import { programs } from './programs.ts';
import type { RunningPrograms } from './running-programs.ts';

/** Time that a program has beyond its own drain limits before it is killed. */
export const stopMarginMs = 10_000;
/** Killing a program and seeing it end takes no longer. */
export const killMarginMs = 5_000;

export interface Database {
  readonly url: string;
  /** It was made by this start. */
  readonly isNew: boolean;
}

/** @param onReady receives the address, with the password. */
export function databasePhase(running: RunningPrograms, onReady: (database: Database) => void): Phase {
  const { home, up } = running.settings;
  return {
    name: 'database',
    why: 'the control plane keeps everything in it',
    start: async (signal) => {
      const beganMs = performance.now();
      const binaries = embeddedPostgresBinaries();
      const sockets = socketFolder(home);
      const { dataFolder, url, isNew } = await prepareDatabase(homePaths(home).postgres, sockets, binaries);
      onReady({ url, isNew });
      const { startTimeoutMs } = up.value;
      const onOutput = running.outputOf('postgres');
      const program = postgresProgram({ binaries, dataFolder, socketFolder: sockets, startTimeoutMs, onOutput });
      await running.start(program, isNew ? 'new database' : 'database', signal, beganMs);
    },
    stop: () => running.stop('postgres'),
    stopTimeoutMs: postgresStopTimeoutMs + killMarginMs,
  };
}

export function controlPlanePhase(running: RunningPrograms, databaseUrl: () => string): Phase {
  const { home, up, controlPlane, gateway } = running.settings;
  const { value } = controlPlane;
  const stopTimeoutMs = value.shutdown.drainTimeoutMs + stopMarginMs;
  return {
    name: 'control plane',
    why: 'it stops before its database',
    start: (signal) => {
      const { controlPort, controlUrl, gatewayInternalUrl, url, isOpen } = running.addresses;
      const program = nodeProgram({
        name: 'control-plane',
        main: programs.controlPlane,
        home,
        config: {
          ...value,
          // The address that is announced must be answered, also when it is the name of this machine.
          http: {
            ...value.http,
            port: controlPort,
            allowedHosts: [...value.http.allowedHosts, ...(isOpen ? [new URL(url).hostname] : [])],
          },
          database: { ...value.database, url: databaseUrl() },
          gateway: {
            ...value.gateway,
            url: gatewayInternalUrl,
            caFile: value.gateway.caFile ?? gateway.value.http.tls.certFile,
          },
        },
        settings: controlPlane.settings,
        readyUrl: `${controlUrl}/readyz`,
        startTimeoutMs: up.value.startTimeoutMs,
        stopTimeoutMs,
        onOutput: running.outputOf('control-plane'),
      });
      return running.start(givesWay(program), 'control plane', signal);
    },
    stop: () => running.stop('control-plane'),
    stopTimeoutMs: stopTimeoutMs + killMarginMs,
  };
}
