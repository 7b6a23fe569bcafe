import { readFileSync } from 'node:fs';
import type { SocketLock } from '@cluster-ai/platform/files/socket-lock.ts';
import type { Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { trustCertificates } from '../connection/trust.ts';
import { chooseAddresses } from './addresses.ts';
import { announcement } from './announce.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { homePaths } from './home.ts';
import { lockHome } from './lock.ts';
import { claimPorts } from './port-claim.ts';
import type { PortClaim } from './port-claim.ts';
import { predictionCommand } from './prediction-command.ts';
import type { RunningPrograms } from './running-programs.ts';
import { certificateFiles } from './settings.ts';
import { setupLink } from './setup-link.ts';
import { endLeftovers, readState } from './state.ts';
import { ensureToken } from './tokens.ts';
import { untilModelsSettled } from './until-models-settled.ts';

const stopTimeoutMs = 5_000;
/** Programs of a supervisor that was killed end by themselves within 5 s. */
const leftoverLimitMs = 8_000;
const apiTimeoutMs = 5_000;

export function lockPhase(running: RunningPrograms): Phase {
  const { home } = running.settings;
  let lock: SocketLock | null = null;
  return {
    name: 'lock',
    why: 'two supervisors on one data folder would destroy it',
    start: async () => {
      lock = await lockHome(home, () => running.urlText);
      running.terminal.line(`Cluster AI: data in ${home}, logs in ${homePaths(home).logs}`);
    },
    stop: () => lock?.release(),
    stopTimeoutMs,
  };
}

export function leftoversPhase({ settings, terminal }: RunningPrograms): Phase {
  return {
    name: 'leftovers',
    why: 'programs of a supervisor that was killed hold ports and data for another moment',
    start: async () => {
      const state = readState(settings.home);
      if (state === null) return;
      const ended = await endLeftovers(state, leftoverLimitMs);
      const detail = ended.length === 0 ? '' : `; ended what was left of it: ${ended.join(', ')}`;
      terminal.line(`  the last start did not stop in order${detail}`);
    },
    stopTimeoutMs,
  };
}

export function portsPhase(running: RunningPrograms): Phase {
  const { settings } = running;
  const paths = homePaths(settings.home);
  let claim: PortClaim | null = null;
  return {
    name: 'ports and tokens',
    why: 'a taken port is told before anything is started',
    start: async () => {
      const addresses = await chooseAddresses(settings);
      if (settings.up.value.gateways > 1) {
        claim = await claimPorts([
          addresses.gatewayPort,
          ...(addresses.grpcAddress === null ? [] : [addresses.grpcPort]),
        ]);
      }
      running.addresses = addresses;
      await trustCertificates(certificateFiles(settings), [addresses.controlUrl, addresses.gatewayInternalUrl]);
      await ensureToken(paths.adminToken, 'cai_admin_');
      await ensureToken(paths.gatewayToken, 'cai_gateway_');
    },
    stop: () => {
      claim?.release();
      running.close();
    },
    stopTimeoutMs,
  };
}

/** @param isFirstStart the registry is new, so the example models are still to be imported. */
export function announcementPhase(running: RunningPrograms, isFirstStart: () => boolean): Phase {
  const { settings, terminal } = running;
  return {
    name: 'announcement',
    why: 'what is printed as ready is ready',
    start: async (signal) => {
      const { url, gatewayUrl, grpcAddress, controlUrl, isOpen, selfSignedFile } = running.addresses;
      const token = readFileSync(homePaths(settings.home).adminToken, 'utf8').trim();
      const modelsMin = isFirstStart() ? settings.controlPlane.value.sources.examples.length : 0;
      const client = { baseUrl: controlUrl, token, timeoutMs: apiTimeoutMs };
      const limits = { timeoutMs: settings.up.value.startTimeoutMs, signal };
      const { gateways } = settings.up.value;
      const models = await untilModelsSettled(client, { modelsMin, gatewaysMin: gateways }, limits.timeoutMs, signal);
      const target = { gatewayUrl, needsKey: isOpen, caFile: selfSignedFile };
      const ids = models.ready.map(({ id }) => id);
      const command = await askUntilAnswered(() => predictionCommand(client, ids, target), limits);
      const setup = await askUntilAnswered(() => setupLink(client, url), limits);
      const seconds = (performance.now() - running.beganMs) / 1_000;
      const interactive = process.stdout.isTTY;
      const addresses = { url, gatewayUrl, grpcAddress, setup, gateways };
      terminal.line(announcement({ ...addresses, seconds, models, command, needsKey: isOpen, interactive }));
    },
    stop: (reason) => terminal.line(`stopping (${reason}): gateway, control plane, database`),
    stopTimeoutMs,
  };
}
