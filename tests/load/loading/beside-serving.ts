import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { loadRoute, unloadRoute } from '@cluster-ai/contract/api/routes.ts';
import { wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { repository, startPlatform, until, type Platform } from '../../start-platform.ts';
import { cli } from '../../run-cli.ts';
import { sendPaced, type PacedReport } from './paced.ts';

export interface BesideOptions {
  readonly rounds: number;
  /** Of each half of a round: without loads, and with them. */
  readonly quietMs: number;
  readonly loadingMs: number;
  readonly say: (line: string) => void;
}

interface Round {
  readonly quiet: PacedReport;
  readonly loading: PacedReport;
  readonly loads: number;
}

export interface BesideReport {
  readonly perSecond: number;
  readonly rounds: readonly Round[];
  /** Median over the rounds of the p99 with loads over that without. */
  readonly ratio: number;
}

/** 25 layers of 4 MiB. */
const heavyLayers = 25;
const heavyName = 'wide';

/**
 * A model of 100 MB is unloaded and loaded again and again while another one serves half of what it could. What it does
 * to those requests is the p99 of the time from when each was due to its answer, beside the p99 without any load.
 */
export async function measureBesideServing(options: BesideOptions): Promise<BesideReport> {
  const models = await mkdtemp(join(tmpdir(), 'cluster-ai-loading-'));
  let platform: Platform | null = null;
  try {
    await writeModels(models);
    platform = await startPlatform({ modelRepository: models, examples: false });
    return await measure(platform, options);
  } finally {
    await platform?.stop();
    await rm(models, { recursive: true, force: true });
  }
}

async function writeModels(folder: string): Promise<void> {
  await cp(join(repository, 'models/iris'), join(folder, 'iris'), { recursive: true });
  const version = join(folder, heavyName, '1');
  await mkdir(version, { recursive: true });
  await writeFile(join(version, 'model.onnx'), wideModel(heavyLayers).bytes);
  // Under root another user reads it.
  await chmod(folder, 0o755);
}

async function measure(platform: Platform, options: BesideOptions): Promise<BesideReport> {
  const { gatewayUrl } = platform;
  const { say } = options;
  // The gateway is up before its models: half of what 503s come at would be no load.
  for (const name of ['iris', heavyName]) {
    const isReady = async (): Promise<boolean> => (await fetch(`${gatewayUrl}/v2/models/${name}/ready`)).ok;
    await until(`${name} is loaded`, 60_000, isReady, 50);
  }
  const perSecond = Math.floor((await capacity(gatewayUrl)) / 2);
  say(`half load: ${perSecond} requests a second`);
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const beforeMs = stolenMs();
    const quiet = await sendPaced(gatewayUrl, perSecond, options.quietMs);
    const betweenMs = stolenMs();
    const loader = startLoads(platform);
    const loading = await sendPaced(gatewayUrl, perSecond, options.loadingMs);
    const loads = await loader.stop();
    const tookMs = stolenMs() - betweenMs;
    rounds.push({ quiet, loading, loads });
    say(`round ${round + 1}, without loads: ${textOf(quiet)}, and the host took ${betweenMs - beforeMs} ms`);
    say(
      `round ${round + 1}, ${loads} loads:      ${textOf(loading)}, and the host took ${tookMs} ms; each load took ${ms(options.loadingMs / loads)}`,
    );
  }
  const ratios = rounds.map(({ quiet, loading }) => loading.p99Ms / quiet.p99Ms).toSorted((a, b) => a - b);
  const ratio = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
  say(`p99 beside loads of 100 MB: ${ratio.toFixed(2)} times that without (median of ${ratios.length} rounds)`);
  return { perSecond, rounds, ratio };
}

function textOf({ p50Ms, p99Ms, longestMs, ownDelayMs }: PacedReport): string {
  return `p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, longest ${ms(longestMs)}; the client was held up for ${ms(ownDelayMs)} at most`;
}

/** What the client and the platform together can do on this machine, requests a second. */
async function capacity(url: string): Promise<number> {
  const forMs = 5_000;
  const { answered, firstWrong } = await sendPaced(url, 'max', forMs);
  if (firstWrong !== null) throw new Error(`under full load an answer was wrong: ${firstWrong}`);
  return (answered * 1_000) / forMs;
}

function startLoads(platform: Platform): { stop(): Promise<number> } {
  let stopped = false;
  let loads = 0;
  const turn = async (): Promise<void> => {
    while (!stopped) {
      await change(platform, unloadRoute);
      await change(platform, loadRoute);
      loads += 1;
    }
  };
  const done = turn();
  return {
    async stop() {
      stopped = true;
      await done;
      return loads;
    },
  };
}

/** Resolves when the gateway has done it. */
async function change(platform: Platform, endpoint: typeof loadRoute): Promise<void> {
  const admin = { baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 30_000 };
  await callEndpoint(admin, endpoint, { params: { name: heavyName } });
  try {
    await untilDone(platform, endpoint);
  } catch (error) {
    throw new Error(`the gateway did not follow:\n${await cli(platform, 'gateway', 'show', 'gateway-1')}`, {
      cause: error,
    });
  }
}

async function untilDone(platform: Platform, endpoint: typeof loadRoute): Promise<void> {
  const ready = `${platform.gatewayUrl}/v2/models/${heavyName}/ready`;
  const isLoaded = async (): Promise<boolean> => (await fetch(ready)).ok;
  // To ask is work for the gateway, and more for this program, on the cores that are measured.
  await until(endpoint.id, 60_000, async () => (await isLoaded()) === (endpoint === loadRoute), 250);
}

/** What a host has kept of this machine's cores since it started, milliseconds: then all of them stand still at once. */
function stolenMs(): number {
  if (process.platform !== 'linux') return 0;
  const [, ...ticks] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  // The eighth, in hundredths of a second: proc(5).
  return Number(ticks[7]) * 10;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
