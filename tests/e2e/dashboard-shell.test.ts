import { startMockServer, type MockServer } from '@cluster-ai/web-dashboard/mock/server.ts';
import type { Browser, Page } from 'playwright-core';
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

// The frame of the dashboard, its way in, and what every page shares, over the dashboard's mock.

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

async function open(path: string, options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  opened = await openPage(browser, `${mock.url}${path}`, options);
  return opened.page;
}

const path = (page: Page) => page.url().slice(mock.url.length);

describe('the way in', () => {
  test('who is nobody signs in, and comes to the page that was asked for', async () => {
    mock.setWho('nobody');
    const page = await open('/routes?filter=iris&range=6h');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByLabel('E-mail').fill('ana@example.org');
    await page.getByLabel('Password', { exact: true }).fill('a long enough password');
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await page.getByRole('heading', { name: 'Routes' }).waitFor();
    expect(path(page)).toBe('/routes?filter=iris&range=6h');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  test('what is missing or wrong is said at its field, and a lock with the time that is left', async () => {
    mock.setWho('nobody');
    const page = await open('/sign-in');
    const signIn = page.getByRole('button', { name: 'Sign in', exact: true });
    await signIn.click();
    expect(await page.getByText('This has to be filled in').count()).toBe(2);
    await page.getByLabel('E-mail').fill('ana@example.org');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await signIn.click();
    await page.getByText('This e-mail and password do not go together').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('locked');
    await signIn.click();
    await page.getByText(/Nothing is tried for 1 min \d+ s/).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await page.getByRole('link', { name: 'Sign in with Example ID' }).getAttribute('href')).toBe(
      '/api/v1/oidc/start',
    );
  });

  test('the code of the first administrator comes in the fragment and leaves the address', async () => {
    mock.setWho('setup');
    const page = await open('/setup#a-code-of-some-length');
    const make = page.getByRole('button', { name: 'Make the administrator' });
    await page.getByLabel('One-time code').waitFor();
    expect(await page.getByLabel('One-time code').inputValue()).toBe('a-code-of-some-length');
    expect(path(page)).toBe('/setup');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByLabel('Name').fill('Ana');
    await page.getByLabel('E-mail').fill('ana@example.org');
    await page.getByLabel('New password', { exact: true }).fill('too short');
    await page.getByText('3 characters more').first().waitFor();
    expect(await make.getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('New password', { exact: true }).fill('long enough now');
    await make.click();
    expect(await appears(page.getByRole('heading', { name: 'All is well' }))).toBe(true);
  });

  test('an invitation says whom it is for, and one that was used says what to do', async () => {
    mock.setWho('nobody');
    const page = await open('/invite#a-token-of-some-length');
    await page.getByText('For rui@example.org, as viewer.', { exact: false }).waitFor();
    expect(path(page)).toBe('/invite');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.goto(`${mock.url}/invite#expired-token`);
    await page.reload();
    await page.goto(`${mock.url}/invite#expired-token`);
    await page.getByText('This link cannot be used').waitFor();
    expect(await page.getByText('cluster-ai user link', { exact: false }).count()).toBeGreaterThan(0);
  });

  test('a session that ends leads to the sign-in and back', async () => {
    const page = await open('/models');
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    mock.setWho('nobody');
    await page.getByRole('link', { name: 'Routes' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(path(page)).toBe('/sign-in?next=%2Froutes');
  });

  test('this machine may look without signing in, and is told how to set up', async () => {
    mock.setWho('loopback');
    const page = await open('/');
    await page.getByText('read only, without signing in').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('push');
    expect(await appears(page.getByText('This needs the role operator: sign in first'))).toBe(true);
  });

  test('a password is changed, and its proof goes along', async () => {
    const page = await open('/password');
    await page.getByLabel('Current password', { exact: true }).fill('wrong');
    await page.getByLabel('New password', { exact: true }).fill('long enough now');
    const change = page.getByRole('button', { name: 'Change password' });
    await change.click();
    await page.getByText('is wrong').waitFor();
    await page.getByLabel('Current password', { exact: true }).fill('right');
    await change.click();
    expect(await appears(page.getByText('The password was changed', { exact: false }))).toBe(true);
  });
});

test('a viewer sees what they may not do, and why', async () => {
  mock.setWho('viewer');
  const page = await open('/');
  await page.getByRole('heading', { name: 'All is well' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('invite');
  const option = page.getByRole('option', { name: /Invite somebody/ });
  await option.waitFor();
  expect(await option.innerText()).toContain('This needs the role administrator; yours is viewer');
  await page.keyboard.press('Enter');
  expect(path(page)).toBe('/');
});

test('everything is reached by its name or by keys', async () => {
  const page = await open('/');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('iris');
  await page.getByRole('option', { name: 'Try iris in the playground' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('option', { name: 'Try iris in the playground' }).click();
  await page.waitForURL('**/playground?model=iris');
  // Keys are the palette's until it has gone.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Playground' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('link', { name: 'mnist' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/routes/mnist');
  await page.getByRole('heading', { name: 'mnist' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL('**/routes');
  // The address changes before the page does.
  await page.getByRole('heading', { name: 'Routes' }).waitFor();
  await page.getByRole('link', { name: 'mnist' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('iris');
  await page.waitForURL('**/routes?filter=iris');
  await page.getByRole('main').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('?');
  expect(await appears(page.getByRole('dialog', { name: 'Keyboard shortcuts' }))).toBe(true);
});

test('the time range stands in the address, follows across pages, and is fixed in a copied link', async () => {
  const page = await open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: /^Time range/ }).click();
  await page.getByRole('button', { name: 'Last 6 hours' }).click();
  await page.waitForURL('**/?range=6h');
  await page.getByRole('link', { name: 'Routes' }).click();
  await page.waitForURL('**/routes?range=6h');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Copy a link to this view' }).click();
  await page.getByText('Link copied', { exact: false }).waitFor();
  const copied = new URL(await page.evaluate<string>('navigator.clipboard.readText()'));
  const [from, to] = [copied.searchParams.get('from') ?? '', copied.searchParams.get('to') ?? ''];
  expect(Date.parse(to) - Date.parse(from)).toBe(6 * 3_600_000);
  expect(copied.searchParams.get('range')).toBeNull();
  await page.goto(copied.href);
  await page.getByText(/requests, .* with an error/).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
});

const pages = [
  '/',
  '/models',
  '/routes',
  '/playground',
  '/gateways',
  '/keys',
  '/users',
  '/audit',
  '/settings',
  '/password',
];

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test('no page has a violation, asks elsewhere, or is wider than a phone', async () => {
    const page = await open('/', { colorScheme, viewport: { width: 390, height: 844 }, locale: 'pt-BR' });
    const wrong: string[] = [];
    for (const entry of pages) {
      await page.goto(`${mock.url}${entry}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      const violations = await accessibilityViolations(page);
      wrong.push(...violations.map((violation) => `${entry}: ${violation}`));
      const overflow = await overflowPixels(page);
      if (overflow > 0) wrong.push(`${entry}: ${overflow} pixels wider than the window`);
    }
    expect(wrong).toEqual([]);
    expect(opened?.foreignRequests).toEqual([]);
  });
});
