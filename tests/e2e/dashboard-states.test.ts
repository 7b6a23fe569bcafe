import type { Scenario } from '@cluster-ai/web-dashboard/mock/fleet.ts';
import { startMockServer, type MockServer } from '@cluster-ai/web-dashboard/mock/server.ts';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  accessibilityViolations,
  appears,
  builtDashboard,
  openBrowser,
  openPage,
  overflowPixels,
  type WatchedPage,
} from './browser.ts';

// Every state of the first page, provoked in the dashboard's mock: a real fleet cannot be told to be in each of them.

let browser: Browser;
let mock: MockServer;
let opened: WatchedPage | undefined;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => browser?.close());

beforeEach(async () => {
  mock = await startMockServer({ port: 0, dist: builtDashboard });
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
  await mock.close();
});

async function open(path = '/', options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage['page']> {
  opened = await openPage(browser, `${mock.url}${path}`, options);
  return opened.page;
}

/** Every state in light colours; in dark ones, those that show the most and the least. */
const scenarios: Readonly<Record<'light' | 'dark', readonly Scenario[]>> = {
  light: ['normal', 'idle', 'empty', 'degraded', 'no-gateway'],
  dark: ['degraded', 'empty'],
};

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each(scenarios[colorScheme])(
    '%s: no accessibility violation, nothing refused by the security policy',
    async (scenario) => {
      mock.setScenario(scenario);
      const page = await open('/', { colorScheme });
      const hasTraffic = scenario === 'normal' || scenario === 'degraded';
      if (hasTraffic) await page.getByText('Values as a table').first().click();
      else await page.getByText('No request in this range.').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Gateways' }).click();
      await page.getByRole('heading', { name: 'Gateways and runners' }).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Playground' }).click();
      if (scenario === 'empty') await page.getByText('Nothing to call yet').waitFor();
      else {
        await page.getByRole('button', { name: 'Predict' }).click();
        await page.getByText('Answered', { exact: true }).waitFor();
      }
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(opened?.complaints).toEqual([]);
      expect(opened?.foreignRequests).toEqual([]);
    },
  );

  test('a phone shows the same without scrolling sideways, and without a violation', async () => {
    mock.setScenario('degraded');
    const page = await open('/playground?model=mnist', { colorScheme, viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Predict' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await overflowPixels(page)).toBe(0);
  });
});

test('a model says why its batches closed and what to change, by version and gateway, in both themes and on a phone', async () => {
  mock.setScenario('degraded');
  const page = await open('/models/mnist');
  await page.getByRole('tab', { name: 'Versions' }).press('ArrowRight');
  const closed = page.getByRole('table', { name: 'Why batches closed' });
  expect(await closed.getByRole('row', { name: /^Full/ }).innerText()).toMatch(/[\d,]+\s+61 %/);
  expect(await page.getByRole('table', { name: 'Sizes of batches' }).getByRole('row', { name: /^7–8/ }).count()).toBe(
    1,
  );
  expect(await appears(page.getByText('max_batch_size: 16', { exact: true }))).toBe(true);
  const count = page.locator('dl > div', { hasText: 'Batches' }).first().locator('dd');
  const before = await count.innerText();
  await expect.poll(() => count.innerText(), { timeout: 10_000 }).not.toBe(before);
  await page.getByLabel('Gateway', { exact: true }).selectOption('gateway-2');
  await page.getByText('The gateway gateway-2 is not connected').waitFor();
  await page.getByLabel('Version', { exact: true }).selectOption('v5');
  await page.getByRole('table', { name: 'Chosen automatically' }).waitFor();
  await page.waitForURL('**/models/mnist?tab=batching&gateway=gateway-2&version=5');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityViolations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await overflowPixels(page)).toBe(0);
  mock.setScenario('idle');
  await page.goto(`${mock.url}/models/iris?tab=batching`);
  await page.getByText("cluster-ai predict 'iris' --input 'input=[[5.1,3.5,1.4,0.2]]'").waitFor();
  mock.setScenario('no-gateway');
  await page.getByText('No gateway serves this model').waitFor();
  expect(opened?.complaints).toEqual([]);
});

test.each([1280, 1920])('nothing is cut off at %d pixels', async (width) => {
  const page = await open('/playground?model=mnist', { viewport: { width, height: 900 } });
  await page.getByRole('tab', { name: 'TypeScript' }).click();
  expect(await overflowPixels(page)).toBe(0);
});

test('a lost connection is said, the last data stay, and the page recovers by itself', async () => {
  const page = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  const { url } = mock;
  await mock.close();
  await page.getByText('The control plane does not answer: everything below is old').waitFor();
  await page.getByRole('heading', { name: 'When last seen: all is well' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  mock = await startMockServer({ port: Number(new URL(url).port), dist: builtDashboard });
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'All is well', exact: true }).waitFor();
});

test('a control plane without its database says so from the first moment', async () => {
  mock.setScenario('refusing');
  const page = await open();
  await page.getByText('Cause: the database does not answer (DATABASE_UNAVAILABLE)').waitFor();
  await page.getByText('Request id mock-1', { exact: false }).waitFor();
  mock.setScenario('normal');
  expect(await appears(page.getByRole('heading', { name: 'All is well' }))).toBe(true);
});

test('an empty registry names the next command', async () => {
  mock.setScenario('empty');
  const page = await open('/models');
  await page.getByText('No model yet').waitFor();
  expect(await page.getByText('cluster-ai model push', { exact: false }).count()).toBe(1);
});

test('what is wrong is said in words, each with its reason', async () => {
  mock.setScenario('degraded');
  const page = await open();
  await page.getByRole('heading', { name: 'Degraded' }).waitFor();
  await page.getByText('model language@1 failed on gateway gateway-1', { exact: false }).waitFor();
  expect(await page.title()).toBe('Degraded · Cluster AI');
  await page.getByRole('link', { name: 'Gateways' }).click();
  for (const words of ['Not connected', 'v117, current is v118', '2 restarts']) {
    await page.getByText(words).first().waitFor();
  }
});

test('a route that is unloaded is marked wherever it stands, and says how it comes back', async () => {
  const page = await open('/routes');
  const row = page.getByRole('row', { name: /sentiment/ });
  await row.getByText('unloaded', { exact: true }).waitFor();
  expect(await page.getByText('unloaded', { exact: true }).count()).toBe(1);
  await row.getByRole('link', { name: 'sentiment' }).click();
  await page.getByText('This route is unloaded').waitFor();
  await page.getByText('cluster-ai route load sentiment').waitFor();
  await page.getByRole('table', { name: 'Variants' }).getByText('Unloaded', { exact: true }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.goto(`${mock.url}/models`);
  const model = page.getByRole('row', { name: /sentiment/ });
  expect(await appears(model.getByText('Its route is unloaded.'))).toBe(true);
  expect(await model.getByText('Waiting for a gateway').count()).toBe(0);
});

test('without traffic nothing is claimed to be measured', async () => {
  mock.setScenario('idle');
  const page = await open();
  await page.getByText('no request to measure').first().waitFor();
  expect(await page.getByText('not measured').count()).toBe(3);
});

test('a refused prediction is explained', async () => {
  const page = await open('/playground?model=iris');
  await page.getByLabel('Sepal length, cm').fill('503');
  await page.getByRole('button', { name: 'Predict' }).click();
  await page.getByText('The gateway cannot serve this now (503)').waitFor();
  expect(await appears(page.getByText('the mock was asked to refuse with 503'))).toBe(true);
});

test('a value that does not fit is named, and nothing is sent', async () => {
  const page = await open('/playground?model=iris');
  await page.getByLabel('Sepal width, cm').fill('wide');
  await page.getByText('Value 2, “wide”, is not a number.').waitFor();
  await page.getByRole('button', { name: 'Predict' }).click({ force: true });
  expect(await appears(page.getByText('Nothing sent yet.', { exact: false }))).toBe(true);
});

test('the playground asks for the chosen route and its version alone', async () => {
  opened = await openPage(browser, 'about:blank');
  const { page } = opened;
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/^\/api\/v1\/(models|routes)/.test(pathname)) asked.push(pathname);
  });
  await page.goto(`${mock.url}/playground?model=mnist`);
  await page.getByRole('button', { name: 'Predict' }).waitFor();
  expect(asked.toSorted()).toEqual(['/api/v1/models/mnist/versions/4', '/api/v1/routes/mnist']);
});

test('a picture from a file is read as ink', async () => {
  const page = await open('/playground?model=mnist');
  await page.getByRole('button', { name: 'Clear' }).click();
  const png = await page.evaluate<string>(`(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [400, 300];
    const context = canvas.getContext('2d');
    context.fillStyle = '#eee';
    context.fillRect(0, 0, 400, 300);
    context.fillStyle = '#222';
    context.fillRect(180, 40, 30, 220);
    return canvas.toDataURL('image/png').split(',')[1];
  })()`);
  const chooser = page.getByLabel('Choose a picture');
  await chooser.setInputFiles({ name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') });
  await page.getByRole('button', { name: 'Edit as text' }).click();
  const values = async () => (await page.getByLabel('Values of image').inputValue()).split(',').map(Number);
  // A stroke as tall as a digit of the training data, and three or four pixels wide.
  await expect.poll(async () => (await values()).filter((ink) => ink > 0.5).length).toBeGreaterThan(30);
  expect((await values()).filter((ink) => ink > 0.5).length).toBeLessThan(120);
  await page.getByRole('button', { name: 'Back to the form' }).click();
  await chooser.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.getByText('The browser cannot read this file as a picture', { exact: false }).waitFor();
  expect(opened?.complaints).toEqual([]);
});

test('a part of a recording is sent, and another one chosen by its place', async () => {
  const page = await open('/playground?model=silero-vad', { viewport: { width: 390, height: 844 } });
  const seconds = 2;
  const wav = Buffer.alloc(44 + seconds * 32_000);
  wav.write('RIFF....WAVEfmt ', 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(16_000, 24);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(seconds * 32_000, 40);
  for (let index = 0; index < 16_000; index += 1) wav.writeInt16LE(8_192, 44 + 32_000 + index * 2);
  const chooser = page.getByLabel('Choose a recording');
  await chooser.setInputFiles({ name: 'speech.wav', mimeType: 'audio/wav', buffer: wav });
  const place = page.getByLabel('Which part of speech.wav is sent');
  await place.waitFor();
  const values = page.getByLabel('Values of input');
  await expect.poll(() => values.inputValue()).toMatch(/^0\.25, 0\.25/);
  await place.fill('0');
  await expect.poll(() => values.inputValue()).toMatch(/^0, 0, /);
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await overflowPixels(page)).toBe(0);
});

test('tensors travel in binary form when the reader says so, and the code follows', async () => {
  const page = await open('/playground?model=iris');
  await page.getByRole('radio', { name: 'Binary' }).check();
  const sent = page.waitForRequest('**/predict/v2/models/iris/infer');
  await page.getByRole('button', { name: 'Predict' }).click();
  const request = await sent;
  const jsonBytes = Number(request.headers()['inference-header-content-length']);
  // Four values of four bytes behind the JSON.
  await page.getByText(new RegExp(`${jsonBytes + 4 * 4} B sent, .* received`)).waitFor();
  await page.getByText('application/octet-stream', { exact: false }).first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
});

test('half-precision numbers make the trip in binary form', async () => {
  const page = await open('/playground?model=half');
  await page.getByRole('button', { name: 'Predict' }).click();
  expect(await appears(page.getByRole('region', { name: 'Output y' }).getByText('1.5'))).toBe(true);
});

test('an address with an unknown model says so and offers another', async () => {
  const page = await open('/playground?model=gone');
  await page.getByText('No route is called “gone”').waitFor();
  const choice = page.getByRole('combobox', { name: 'Model' });
  await choice.fill('mn');
  await page.getByRole('option', { name: 'iris' }).waitFor({ state: 'detached' });
  expect(await page.getByRole('option').allInnerTexts()).toEqual(['mnist']);
  await choice.press('Enter');
  await page.waitForURL('**/playground?model=mnist');
  await page.getByRole('heading', { name: 'Answer' }).waitFor();
  await choice.click();
  await page.getByRole('option', { name: 'language' }).click();
  await page.waitForURL('**/playground?model=language');
});

test('a digit can be drawn, and code chosen, with the keyboard alone', async () => {
  const page = await open('/playground?model=mnist');
  await page.getByRole('button', { name: 'Clear' }).press('Enter');
  const pad = page.getByRole('button', { name: 'Drawing pad for one digit', exact: false });
  for (const key of ['ArrowDown', 'ArrowDown', 'Shift+ArrowRight', 'ArrowUp']) await pad.press(key);
  await page.getByRole('button', { name: 'Edit as text' }).press('Enter');
  const text = await page.getByLabel('Values of image').inputValue();
  expect(text.split(',').filter((value) => Number(value) > 0).length).toBeGreaterThan(20);
  await page.getByRole('tab', { name: 'curl' }).press('ArrowRight');
  await page.getByText('tritonclient.http').first().waitFor();
});

test('the chosen colours and language outlive a reload', async () => {
  const page = await open('/', { colorScheme: 'light' });
  const background = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
  const choose = async (item: string) => {
    await page.getByRole('button', { name: /^(Account|Conta)/ }).click();
    await page.getByRole('menuitemradio', { name: item }).click();
  };
  const light = await background();
  await choose('Dark');
  await choose('Português (Brasil)');
  await page.reload();
  await page.getByRole('heading', { name: 'Está tudo bem' }).waitFor();
  expect(await page.evaluate<string>('document.documentElement.lang')).toBe('pt-BR');
  expect(await background()).not.toBe(light);
  await choose('Claro');
  expect(await background()).toBe(light);
});
