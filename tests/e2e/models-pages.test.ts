import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getModel, getVersion, updateModel } from '@cluster-ai/contract/api/models.ts';
import { getRoute, putRoute, unloadRoute } from '@cluster-ai/contract/api/routes.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pushModel, sha256, startPlane } from '../integration/control-plane/fixture.ts';
import type { RunningPlane } from '../integration/control-plane/fixture.ts';
import { addModel, externalModel } from '../integration/control-plane/test-models.ts';
import { accessibilityViolations, appears, builtDashboard, openBrowser, openPage, overflowPixels } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { becomeAdministrator } from './people.ts';

// Models in the browser, over a real control plane: pushed, compared, deployed, named and deleted.

/** The weights beside the model: enough for several pieces. */
const weightBytes = 6 * 1_024 * 1_024;

let postgres: PostgresServer;
let plane: RunningPlane;
let browser: Browser;
let storageState: Awaited<ReturnType<typeof becomeAdministrator>>;
let opened: WatchedPage | undefined;

beforeAll(async () => {
  browser = await openBrowser();
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase(), {
    dashboard: builtDashboard,
  });
  storageState = await becomeAdministrator(browser, plane);
  await pushModel(plane, 'adder', [addModel(1)], { lineage: { accuracy: 0.95, dataset: 'august' } });
  await pushModel(plane, 'adder', [addModel(2)], {
    deploy: 'none',
    lineage: { accuracy: 0.97, dataset: 'august' },
    notes: 'the second',
  });
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

afterAll(async () => {
  await browser?.close();
  await plane?.remove();
  await postgres?.remove();
});

async function open(path: string, options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  opened = await openPage(browser, `${plane.url}${path}`, { storageState, ...options });
  return opened.page;
}

function button(page: Page | Locator, name: string | RegExp): Locator {
  return page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
}

async function choose(page: Page, files: readonly { path: string; bytes: Uint8Array }[]): Promise<void> {
  await page.locator('input[data-files]').setInputFiles(
    files.map(({ path, bytes }) => ({
      name: path,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    })),
  );
}

test('a push that a reload interrupts goes on with the rest, and becomes a version', async () => {
  const weights = { path: 'weights.bin', bytes: new Uint8Array(weightBytes).map((_zero, index) => index * 7) };
  const files = [externalModel(weights.path), weights];
  const page = await open('/models?do=push');
  const dialog = page.getByRole('dialog');
  await choose(page, files);
  await dialog.getByText('2 files, 6.0 MiB').waitFor();
  await dialog.getByLabel('Model', { exact: true }).fill('pushed');
  await dialog.getByText('A new model, called by this name.').waitFor();
  await dialog.getByLabel('Description').fill('Adds its weight');
  await dialog.getByText('Notes and lineage').click();
  await button(dialog, 'Add an entry').click();
  await dialog.getByLabel('Name of entry 1').fill('epochs');
  await dialog.getByLabel('Value of entry 1').fill('12');
  await dialog.getByText("--description 'Adds its weight' --lineage epochs=12", { exact: false }).waitFor();

  // The connection breaks after the first pieces.
  let pieces = 0;
  await page.route('**/api/v1/uploads/*/files/**', async (route) => {
    pieces += 1;
    if (pieces > 3) await route.abort('connectionreset');
    else await route.continue();
  });
  await button(dialog, 'Push').click();
  await dialog.getByText('The connection is lost').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);

  page.on('dialog', (asked) => void asked.accept());
  await page.reload();
  await page.unroute('**/api/v1/uploads/*/files/**');
  await dialog.getByText('A push of pushed was interrupted').waitFor();
  const offsets: number[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith(sha256(weights.bytes))) offsets.push(Number(searchParams.get('offset')));
  });
  await choose(page, [{ ...weights, bytes: weights.bytes.slice(1) }, ...files.slice(0, 1)]);
  await dialog.getByText('Not chosen, or of another size: weights.bin').first().waitFor();
  await choose(page, files);
  await button(dialog, 'Continue the push').click();
  await dialog.getByText('pushed v1 is there').waitFor();
  // What had arrived was not sent again.
  expect(offsets[0]).toBeGreaterThan(0);

  const version = await callEndpoint(plane.admin, getVersion, { params: { name: 'pushed', version: 1 } });
  expect(version.lineage).toEqual({ epochs: 12 });
  expect(version.createdBy).toBe('ana@example.com');
  expect(version.files.map((file) => file.sha256).toSorted()).toEqual(
    files.map(({ bytes }) => sha256(bytes)).toSorted(),
  );
  await dialog.getByRole('link', { name: 'Open the version' }).click();
  expect(await appears(page.getByRole('heading', { name: 'pushed v1' }))).toBe(true);
  const left = await page.evaluate<string | null>('localStorage.getItem("cluster-ai.upload")');
  expect(left).toBeNull();
});

test('a file that is no model is refused in the server’s words, and nothing is left to go on with', async () => {
  const page = await open('/models?do=push&model=broken');
  const dialog = page.getByRole('dialog');
  await choose(page, [{ path: 'notes.onnx', bytes: new TextEncoder().encode('not a model') }]);
  await button(dialog, 'Push').click();
  await dialog.getByText('broken could not be pushed', { exact: false }).waitFor();
  await dialog.getByText('MODEL_INVALID', { exact: false }).waitFor();
  await button(dialog, 'Back to the form').click();
  expect(await appears(button(dialog, 'Push'))).toBe(true);
});

test('two versions are compared: what differs first, numbers with their difference', async () => {
  const page = await open('/models/adder');
  for (const version of ['1', '2']) {
    await page.getByRole('checkbox', { name: `Select ${version}`, exact: true }).check();
  }
  await button(page, 'Compare').click();
  await page.getByRole('heading', { name: 'Compare versions of adder' }).waitFor();
  const table = page.getByRole('table', { name: 'Versions side by side' });
  expect(await table.getByRole('row', { name: /^accuracy/ }).innerText()).toMatch(
    /0\.95\s+0\.97\s+\+0\.02 \(\+2\.1 %\)/,
  );
  expect(await table.getByRole('row', { name: /^dataset/ }).count()).toBe(0);
  await button(page, 'Swap').click();
  await table.getByText('−0.02 (−2.1 %)').waitFor();
  expect(new URL(page.url()).searchParams.get('versions')).toBe('2,1');
  await page.getByLabel('Only differences').check();
  await page.getByRole('heading', { name: 'The same in all' }).waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('only')).toBe('differences');
});

test('an alias is set with a look at what changes, moved, and its history told', async () => {
  const page = await open('/models/adder?tab=aliases');
  await button(page, 'Set an alias').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Alias', { exact: true }).fill('champion');
  await dialog.getByLabel('Version', { exact: true }).fill('1');
  await dialog.getByText('champion is new and points at v1').waitFor();
  await button(dialog, 'Set the alias').click();
  await button(page, 'Move champion').click();
  await dialog.getByLabel('Version', { exact: true }).fill('2');
  await dialog.getByText('champion points at v2 instead of v1').waitFor();
  expect(await dialog.getByText('cluster-ai alias set adder champion 2').count()).toBe(1);
  await button(dialog, 'Move the alias').click();
  const history = page.getByRole('table', { name: 'History' });
  await history.getByText('v1 → v2').waitFor();
  expect(await appears(history.getByText('new → v1'))).toBe(true);
  const { aliases } = await callEndpoint(plane.admin, getModel, { params: { name: 'adder' } });
  expect(aliases).toEqual({ champion: 2 });
});

test('a version gets a tenth of the traffic, and the shares are shown before', async () => {
  const page = await open('/models/adder/versions/2');
  await button(page, 'Deploy…').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Percent').fill('10');
  const preview = dialog.getByRole('table');
  expect(await preview.getByRole('row', { name: /adder v1/ }).innerText()).toMatch(/100 %\s+90 %/);
  await dialog.getByText('cluster-ai route split adder 1=90 2=10').waitFor();
  await button(dialog, 'Deploy').click();
  await page.getByRole('table', { name: 'Used by' }).getByText('10 %').waitFor();
  const { variants } = await callEndpoint(plane.admin, getRoute, { params: { name: 'adder' } });
  expect(variants.map(({ version, weight }) => [version, weight])).toEqual([
    [1, 90],
    [2, 10],
  ]);
});

test('notes and lineage are changed, each entry by its name', async () => {
  const page = await open('/models/adder/versions/2?do=annotate');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Notes', { exact: true }).fill('the second, reviewed');
  await button(dialog, 'Remove the entry dataset').click();
  await dialog
    .getByText("cluster-ai model annotate adder 2 --notes 'the second, reviewed' --drop-lineage dataset")
    .waitFor();
  await button(dialog, 'Save').click();
  await page.getByText('Notes and lineage of v2 were saved').waitFor();
  await page.getByText('the second, reviewed', { exact: true }).waitFor();
  const { lineage } = await callEndpoint(plane.admin, getVersion, { params: { name: 'adder', version: 2 } });
  expect(lineage).toEqual({ accuracy: 0.97 });
});

test('no violation on any page in light and dark, and a phone needs no scrolling sideways', async () => {
  const page = await open('/models');
  const paths = [
    ['/models', 'Models'],
    ['/models/adder', 'adder'],
    ['/models/adder?tab=batching', 'adder'],
    ['/models/adder?tab=aliases', 'History'],
    ['/models/adder?tab=settings', 'Delete this model'],
    ['/models/adder/versions/2', 'Files'],
    ['/models/adder/compare?versions=1,2', 'Differences'],
  ] as const;
  for (const [path, heading] of paths) {
    await page.setViewportSize({ width: 1_280, height: 900 });
    await page.goto(`${plane.url}${path}`);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const violations = await accessibilityViolations(page);
      expect({ path, colorScheme, violations }).toEqual({ path, colorScheme, violations: [] });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect({ path, tooWide: await overflowPixels(page) }).toEqual({ path, tooWide: 0 });
  }
  expect(opened?.complaints).toEqual([]);
  expect(opened?.foreignRequests).toEqual([]);
});

test('what somebody else has changed meanwhile is not overwritten', async () => {
  const page = await open('/models/adder?tab=settings');
  const field = page.getByLabel('Description');
  await field.fill('mine');
  const params = { name: 'adder' };
  await callEndpoint(plane.admin, updateModel, { params, body: { description: 'theirs' } });
  await button(page, 'Save the description').click();
  await page.getByText('Somebody else has changed adder', { exact: false }).waitFor();
  expect(await field.inputValue()).toBe('mine');
  expect((await callEndpoint(plane.admin, getModel, { params })).description).toBe('theirs');
  await page.getByText('theirs', { exact: true }).waitFor();
  await button(page, 'Show what it is now').click();
  expect(await field.inputValue()).toBe('theirs');
});

test('a split that somebody else has made meanwhile is not overwritten', async () => {
  const page = await open('/routes/adder?do=split');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Weight of adder v1').fill('50');
  const params = { name: 'adder' };
  const theirs = [
    { model: 'adder', version: 1, weight: 30 },
    { model: 'adder', version: 2, weight: 70 },
  ];
  await callEndpoint(plane.admin, putRoute, { params, body: { policy: { kind: 'split', variants: theirs } } });
  await button(dialog, 'Apply the split').click();
  await dialog.getByText('Somebody else has changed this meanwhile').waitFor();
  const { variants } = await callEndpoint(plane.admin, getRoute, { params });
  expect(variants.map(({ weight }) => weight)).toEqual([30, 70]);
});

test('a route that was unloaded elsewhere says so on the open page, and is loaded again there', async () => {
  const page = await open('/routes/adder');
  await page.getByRole('table', { name: 'Variants' }).waitFor();
  const params = { name: 'adder' };
  await callEndpoint(plane.admin, unloadRoute, { params });
  await page.getByText('This route is unloaded').waitFor();
  await button(page, 'Load again').click();
  await page.getByText('This route is unloaded').waitFor({ state: 'detached' });
  expect((await callEndpoint(plane.admin, getRoute, { params })).unloaded).toBeUndefined();
});

test('what changes while the stream of events is not open yet shows once it is', async () => {
  const page = await open('/models');
  const stream = Promise.withResolvers<undefined>();
  await page.route('**/api/v1/events*', async (route) => {
    await stream.promise;
    await route.continue();
  });
  await page.goto(`${plane.url}/routes/adder`);
  await page.getByRole('table', { name: 'Variants' }).waitFor();
  await callEndpoint(plane.admin, unloadRoute, { params: { name: 'adder' } });
  expect(await page.getByText('This route is unloaded').count()).toBe(0);
  stream.resolve(undefined);
  await page.getByText('This route is unloaded').waitFor();
  await button(page, 'Load again').click();
  await page.getByText('This route is unloaded').waitFor({ state: 'detached' });
});

test('a model is deleted by typing its name, and by nothing less', async () => {
  const page = await open('/models/adder?tab=settings');
  await button(page, 'Delete the model…').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('To confirm, type adder').fill('add');
  await button(dialog, 'Delete the model').click({ force: true });
  expect(await dialog.count()).toBe(1);
  await dialog.getByLabel('To confirm, type adder').fill('adder');
  await button(dialog, 'Delete the model').click();
  await page.waitForURL(`${plane.url}/models`);
  await expect(callEndpoint(plane.admin, getModel, { params: { name: 'adder' } })).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
  });
});
