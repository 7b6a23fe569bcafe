import { overviewSchema } from '@cluster-ai/contract/api/system.ts';
import { isGreen, pause } from '../../start-platform.ts';
import type { ControlCalls } from './control-calls.ts';
import type { Subject } from './subject.ts';

/** All parts are well again this long after what was broken has been mended, at most. */
const healWithinMs = 120_000;

const lookEveryMs = 100;

/**
 * Waits until every part is ready, both gateways follow the present snapshot with every model, limits are counted
 * together again, and `tryAll` (a prediction at each gateway, a write) succeeds.
 * @returns null, or what was still wrong after the limit.
 */
export async function untilHealed(
  subject: Subject,
  calls: ControlCalls,
  tryAll: () => Promise<string | null>,
): Promise<string | null> {
  const endMs = performance.now() + healWithinMs;
  // Writers go on: a gateway follows when it has what was the newest snapshot after the mending.
  const newest: Newest = { version: null };
  for (;;) {
    const wrong = (await unready(subject)) ?? (await unsettled(calls, newest)) ?? (await tryAll());
    if (wrong === null) return null;
    if (performance.now() > endMs) return wrong;
    await pause(lookEveryMs);
  }
}

async function unready({ readyUrls }: Subject): Promise<string | null> {
  for (const url of readyUrls) if (!(await isGreen(url))) return `${url} is not green`;
  return null;
}

interface Newest {
  version: number | null;
}

async function unsettled(calls: ControlCalls, newest: Newest): Promise<string | null> {
  const document = await calls.read('GET overview', '/api/v1/overview');
  const overview = overviewSchema.safeParse(document);
  if (!overview.success) return 'the overview cannot be read';
  const { gateways, snapshot } = overview.data;
  const wanted = newest.version ?? snapshot.version;
  if (newest.version === null) Object.assign(newest, { version: wanted });
  for (const name of ['gateway-1', 'gateway-2']) {
    const found = gateways.find(({ gateway }) => gateway === name);
    if (found === undefined || !found.connected) return `${name} does not report`;
    const { applied, models, limits, ready } = found.report;
    if (!ready) return `${name} is not ready`;
    if (applied?.epoch !== snapshot.epoch || applied.version < wanted) {
      return `${name} has snapshot ${applied?.version ?? 'none'}, and ${wanted} was there when all was mended`;
    }
    const failed = models.find(({ state }) => state === 'FAILED');
    if (failed !== undefined) return `${failed.id} failed on ${name}: ${failed.reason}`;
    if (limits?.mode !== 'shared') return `${name} counts limits alone: ${limits?.reason ?? 'it does not say why'}`;
  }
  return null;
}
