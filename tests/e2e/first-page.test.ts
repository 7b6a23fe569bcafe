import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { irisRequest } from '../iris.ts';
import { repository, startPlatform, type Platform } from '../start-platform.ts';
import { startSteadyLoad } from '../steady-load.ts';
import { accessibilityViolations, appears, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { testPython } from './test-python.ts';

// The first page as `cluster-ai up` serves it, with the example models behind it.

const run = promisify(execFile);

let platform: Platform;
let browser: Browser;
let opened: WatchedPage | undefined;

beforeAll(async () => {
  browser = await openBrowser();
  platform = await startPlatform();
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function open(path = '/', options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  opened = await openPage(browser, `${platform.controlUrl}${path}`, options);
  return opened.page;
}

/** Presses Predict and reads the outputs as the page shows them. */
async function predictedText(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Predict' }).click();
  await page.getByText('Answered', { exact: true }).waitFor();
  const outputs = await page.getByRole('region', { name: /^Output / }).allInnerTexts();
  return outputs.join('\n');
}

const examples = ['iris', 'language', 'mnist', 'silero-vad'] as const;

test('shows health, the snapshot that serves, and every example model ready with its signature', async () => {
  const page = await open();
  await page.getByRole('heading', { name: 'All is well' }).waitFor();
  await page.getByText('answers on 1 of 1 gateway', { exact: false }).waitFor();
  await page.getByRole('link', { name: 'Models' }).click();
  const table = page.getByRole('table', { name: 'Models and their versions' });
  for (const model of examples) {
    const row = table.getByRole('row').filter({ hasText: new RegExp(`^${model}`) });
    expect(await appears(row.getByText('Ready', { exact: true }))).toBe(true);
  }
  const iris = await table.getByRole('row').filter({ hasText: /^iris/ }).innerText();
  expect(iris).toContain('input FP32 [-1, 4]');
  expect(iris).toContain('100 % v1');
  await table.getByRole('link', { name: 'silero-vad', exact: true }).click();
  // The list has a link to each version, too: the click below must wait until it has gone.
  await page.getByRole('heading', { name: 'silero-vad', exact: true }).waitFor();
  await page.getByRole('link', { name: 'v1', exact: true }).click();
  expect(
    await appears(page.getByText("requests are not merged: dimension 0 of input 'state' is fixed", { exact: false })),
  ).toBe(true);
});

test.each(['light', 'dark'] as const)(
  'in %s: no accessibility violation, nothing refused, nothing from elsewhere',
  async (colorScheme) => {
    const page = await open('/playground?model=mnist', { colorScheme });
    await predictedText(page);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(opened?.complaints).toEqual([]);
    expect(opened?.foreignRequests).toEqual([]);
  },
);

test('requests per second and latency follow the traffic', async () => {
  const load = startSteadyLoad(platform.gatewayUrl, irisRequest, { clients: 4, pauseMs: 10 });
  try {
    const page = await open();
    const figure = (label: string) =>
      page
        .locator('dl > div')
        .filter({ has: page.getByText(label, { exact: true }) })
        .locator('dd');
    await page.getByText(/Requests: [1-9][\d.,]* at the end/).waitFor({ state: 'attached' });
    await expect.poll(() => figure('Latency p99').first().innerText(), { timeout: 20_000 }).toMatch(/^\d[\d.,]* ?ms/);
    await page.getByText('Values as a table').first().click();
    const values = page.getByRole('table', { name: /^Requests, per second/ });
    await expect.poll(() => values.getByRole('row').count(), { timeout: 20_000 }).toBeGreaterThan(3);
    await page.goto(`${platform.controlUrl}/models/iris?tab=batching`);
    const queue = page.getByRole('table', { name: 'Times' }).getByRole('row', { name: /^In the queue/ });
    await expect.poll(() => queue.innerText(), { timeout: 20_000 }).toMatch(/\d\.\d\d\s[\s\S]*[1-9][\d,]*$/);
    await page.getByRole('table', { name: 'Why batches closed' }).getByText('Nobody else waited').waitFor();
    await page.getByText('Equal to those of single runs').waitFor();
  } finally {
    await load.stop();
  }
});

describe('the playground', () => {
  test('iris tells the three flowers apart', async () => {
    const page = await open('/playground?model=iris');
    for (const [flower, label] of [
      ['A setosa', 0],
      ['A versicolor', 1],
      ['A virginica', 2],
    ] as const) {
      await page.getByRole('button', { name: flower }).click();
      const shown = page.getByRole('region', { name: 'Output label' });
      await page.getByRole('button', { name: 'Predict' }).click();
      await expect.poll(() => shown.innerText(), { timeout: 10_000 }).toMatch(new RegExp(`\\n${label}$`));
    }
  });

  test('a 7 that was drawn by hand is read as a 7', async () => {
    const page = await open('/playground?model=mnist');
    await page.getByRole('button', { name: 'Clear' }).click();
    const pad = page.getByRole('button', { name: 'Drawing pad for one digit', exact: false });
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (box === null) throw new Error('the drawing pad is not on the screen');
    const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
    await page.mouse.move(...at(0.25, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.75, 0.2), { steps: 12 });
    await page.mouse.move(...at(0.45, 0.85), { steps: 12 });
    await page.mouse.up();
    expect(await predictedText(page)).toMatch(/digit\s+INT64 \[1\]\s+7$/);
  });

  test('strings go in and come out', async () => {
    expect(await predictedText(await open('/playground?model=language'))).toMatch(
      /language\s+BYTES \[3\]\s+en\npt\nde/,
    );
  });

  test('the state of a speech model is carried to the next call', async () => {
    const page = await open('/playground?model=silero-vad');
    const speech = async () => Number(/speech\s+(0\.\d+|1\.0+)/.exec(await predictedText(page))?.[1]);
    expect(await speech()).toBeGreaterThan(0.5);
    await page.getByRole('button', { name: 'Send stateN as state next time' }).click();
    await page.getByText('The form has changed since this answer').waitFor();
    const state = await page.getByRole('textbox', { name: 'Values of state' }).inputValue();
    expect(state.split(', ').filter((value) => Number(value) !== 0).length).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Silence' }).click();
    await expect.poll(speech, { timeout: 10_000 }).toBeLessThan(0.5);
  });

  test('a refusal is in the gateway’s own words', async () => {
    const page = await open('/playground?model=silero-vad');
    await page.getByLabel('Value', { exact: true }).fill('7');
    await page.getByRole('button', { name: 'Predict' }).click();
    expect(await appears(page.getByText('The model ran into an error (500)'))).toBe(true);
  });
});

describe('the code beside the form answers as the form does', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-ai-first-page-'));
  });

  afterAll(async () => rm(folder, { recursive: true }));

  async function codeOf(model: string, language: string): Promise<string> {
    const page = await open(`/playground?model=${model}`);
    await page.getByRole('tab', { name: language }).click();
    return page.getByRole('tabpanel').locator('pre').innerText();
  }

  const commandLine = `cluster-ai() { '${process.execPath}' '${join(repository, 'apps/cli/src/main.ts')}' "$@"; }\n`;

  const runs: Readonly<Record<string, (code: string) => Promise<string>>> = {
    curl: async (code) => (await run('sh', ['-c', code])).stdout,
    Python: async (code) => (await run(testPython(), ['-c', code])).stdout,
    TypeScript: async (code) => {
      const file = join(folder, 'call.ts');
      await writeFile(file, code);
      return (await run(process.execPath, [file])).stdout;
    },
    'Command line': async (code) => (await run('bash', ['-c', `${commandLine}${code}`])).stdout,
  };

  const answers = [
    ['iris', /(0\.999|9\.999\d*e-01)[\s\S]*\b0\b/],
    ['language', /en[\s\S]*pt[\s\S]*de/],
    ['mnist', /\b7\b/],
    ['silero-vad', /\[?\[?0\.[5-9]/],
  ] as const;

  test.each(
    answers.flatMap(([model, answer]) => Object.keys(runs).map((language) => [model, language, answer] as const)),
  )('%s in %s', async (model, language, answer) => {
    const code = await codeOf(model, language);
    expect(await runs[language]?.(code)).toMatch(answer);
  });
});

test('a lost connection is said, what was known stays, and the page recovers by itself', async () => {
  const page = await open();
  // Chromium's offline switch leaves open streams alone; without events the page polls.
  await page.route('**/api/v1/events*', (route) => route.abort());
  await page.reload();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().setOffline(true);
  await page.getByText('The control plane does not answer: everything below is old').waitFor();
  await page.getByRole('heading', { name: 'When last seen: all is well' }).waitFor();
  await page.context().setOffline(false);
  expect(await appears(page.getByText('Live', { exact: true }))).toBe(true);
});
