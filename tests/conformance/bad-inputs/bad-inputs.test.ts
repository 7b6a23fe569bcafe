import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGreen, pause } from '../../start-platform.ts';
import { readCorpus, type Case, type Group } from './corpus.ts';
import { floodWithBodies, floodWithConnections } from './floods.ts';
import { sendGoodRequests, sendLargeRequest } from './good-requests.ts';
import { judge } from './judge.ts';
import { programsUnder, type Program } from './programs.ts';
import { sendCase } from './send-case.ts';
import { startStage, type Stage } from './stage.ts';

/** Cases of one group that are sent at the same time. */
const atOnce = 8;

/** Resident memory must be back this near to what it was, within this time. */
const growthMax = 0.1;
const settledWithinMs = 60_000;

const groups = readCorpus();
const isSlow = ({ theme }: Group): boolean => theme === 'slow-clients';
const quick = groups.filter((group) => !isSlow(group));
const slow = groups.filter(isSlow);

let stage: Stage;
let before: Program[];
/** Slow clients are there while all the others come and go. */
let slowOutcomes: Promise<readonly string[]>;
let clients = 0;

beforeAll(async () => {
  stage = await startStage();
  await warmUp();
  // What the warm-up has left behind is no measure.
  await pause(15_000);
  await sendGoodRequests(stage, 5);
  before = programs();
  slowOutcomes = Promise.all(slow.map((group) => run(group, group.cases.length))).then((found) => found.flat());
}, 180_000);

afterAll(async () => {
  await stage.stop();
});

/** Everything has been used once: what is loaded and compiled then stays. */
async function warmUp(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await sendGoodRequests(stage, 50);
  // The runtime keeps its working memory for the next tensor of this size, and the C library some of what was between.
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([sendLargeRequest(stage), sendLargeRequest(stage), sendGoodRequests(stage, 20)]);
  }
  // Once through all of it: what the largest bodies leave in the C library's heap is the same ever after, and what
  // would be lost at each case is lost again.
  for (const group of quick) await run(group, atOnce);
}

function programs(): Program[] {
  return programsUnder([stage.platform.supervisor.pid ?? 0, stage.keyed.pid]);
}

/** @returns what went otherwise than the cases say. */
async function run({ cases }: Group, clientsMax: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const waiting = [...cases];
  const client = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) wrong.push(...(await attempt(one)));
  };
  await Promise.all(Array.from({ length: clientsMax }, client));
  return wrong;
}

async function attempt(one: Case): Promise<string[]> {
  // An address of its own for each: lockouts count by it.
  clients += 1;
  const from = `127.1.${Math.floor(clients / 250)}.${1 + (clients % 250)}`;
  try {
    return judge(one, await sendCase(one, stage.ports[one.to], from, stage.values), stage.values);
  } catch (error) {
    return [`${one.id}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Every program lives, is the same as before, is ready and answers. */
async function expectHealthy(): Promise<void> {
  expect(programs().map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  for (const url of [stage.platform.controlUrl, stage.platform.metricsUrl, stage.keyed.metricsUrl]) {
    expect(await isGreen(`${url}/readyz`)).toBe(true);
  }
  await sendGoodRequests(stage, 1);
}

describe.each(quick)('$name: $about', (group) => {
  test(`its ${group.cases.length} cases are answered as they say, and nobody is harmed`, async () => {
    expect(await run(group, atOnce)).toEqual([]);
    await expectHealthy();
  });
});

test('bodies that are too much together are refused, counted, and make room again', async () => {
  await floodWithBodies(stage);
  await expectHealthy();
});

test('slow clients, and those that do not read, are answered or cut in time', async () => {
  expect(await slowOutcomes).toEqual([]);
  await expectHealthy();
});

test('connections beyond the limit are closed, those that idle as well, and then others get in', async () => {
  await floodWithConnections(stage);
  await expectHealthy();
});

test('a minute later at most, no program holds more memory than before', async () => {
  let grown = await grownAfterAMinute();
  if (grown.length > 0) {
    // The C library's heap can come to rest a step higher, once: what is lost at each case is lost once more.
    before = programs();
    for (const group of quick) await run(group, atOnce);
    grown = await grownAfterAMinute();
  }
  expect(grown).toEqual([]);
}, 240_000);

/** @returns those that still hold more after a minute. */
async function grownAfterAMinute(): Promise<string[]> {
  const startedAtMs = performance.now();
  const compared = (): { told: string; hasGrown: boolean }[] =>
    programs().map(({ name, pid, rssBytes }) => {
      const base = rssOf(before, pid) ?? 0;
      const percent = ((rssBytes / base - 1) * 100).toFixed(1);
      const told = `${name}: ${mebibytes(base)} before, ${mebibytes(rssBytes)} after (${percent} %)`;
      return { told, hasGrown: rssBytes > (1 + growthMax) * base };
    });
  const grown = (): string[] => compared().flatMap(({ told, hasGrown }) => (hasGrown ? [told] : []));
  while (grown().length > 0 && performance.now() - startedAtMs < settledWithinMs) {
    // A program that has nothing to do has no reason to look what it could give back.
    await sendGoodRequests(stage, 5);
    await pause(1_000);
  }
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  console.log([`after ${seconds} s`, ...compared().map(({ told }) => told)].join('\n'));
  return grown();
}

function rssOf(list: readonly Program[], pid: number): number | undefined {
  return list.find((program) => program.pid === pid)?.rssBytes;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
