import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createSetupCode } from '@cluster-ai/contract/api/session.ts';
import { errors } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../start-platform.ts';
import { startTwoControlPlanes } from '../two-control-planes.ts';
import type { TwoControlPlanes } from '../two-control-planes.ts';
import { builtDashboard, openBrowser } from './browser.ts';
import { setUpInBrowser } from './people.ts';

// Two control planes on one PostgreSQL, one of them killed while somebody works in the browser.

let two: TwoControlPlanes;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  two = await startTwoControlPlanes(['--dashboard', builtDashboard]);
  const client = { baseUrl: two.proxy.url, token: two.adminToken, timeoutMs: 30_000 };
  const { code } = await callEndpoint(client, createSetupCode);
  page = await browser.newPage();
  await setUpInBrowser(page, two.proxy.url, code);
});

afterAll(async () => {
  await browser?.close();
  await two?.stop();
});

async function createKey(name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create the key' }).click();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('row').filter({ hasText: name }).waitFor();
}

test('the page recovers by itself, the person stays signed in, nothing is lost', async () => {
  await page.goto(`${two.proxy.url}/keys`);
  await createKey('before');
  await page.goto(`${two.proxy.url}/`);
  await page.getByText('Live', { exact: true }).waitFor();

  const victim = two.planes.find(({ port }) => port === two.proxy.target);
  if (victim === undefined) throw new Error('the balancer has a target of its own');
  // Half-filled, so that a reload would show.
  await page.goto(`${two.proxy.url}/keys`);
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('during');
  await victim.kill();
  await page.getByRole('button', { name: 'Create the key' }).click();
  const recoveredMs = await until('the key is made at the other one', 30_000, async () => {
    const done = page.getByRole('button', { name: 'I have copied it' });
    if (await done.isVisible()) return true;
    // What could not be sent says so, and the form is still filled: a person presses again.
    const again = page.getByRole('button', { name: 'Create the key' });
    const isFree = async (): Promise<boolean> => (await again.getAttribute('aria-busy', { timeout: 1_000 })) === null;
    try {
      if ((await again.isVisible()) && (await isFree())) await again.click({ timeout: 1_000 });
    } catch (error) {
      // The answer came between the look and the press, and took the button away.
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
    return false;
  });
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('row').filter({ hasText: 'during' }).waitFor();
  const names = await page.getByRole('row').allInnerTexts();
  console.log(`a control plane was killed; the key was made at the other one after ${Math.round(recoveredMs)} ms`);
  expect(names.filter((text) => text.startsWith('before'))).toHaveLength(1);
  expect(names.filter((text) => text.startsWith('during'))).toHaveLength(1);

  await victim.start();
  const other = two.planes.find((plane) => plane !== victim);
  await other?.kill();
  await page.goto(`${two.proxy.url}/keys`);
  await createKey('after');
  expect(
    await page
      .getByRole('row')
      .filter({ hasText: /before|during|after/ })
      .count(),
  ).toBe(3);
});
