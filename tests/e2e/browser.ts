import { existsSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { repository } from '../start-platform.ts';

/** Where the dashboard is built to. */
export const builtDashboard = join(repository, 'web-dashboard/dist');

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Starts Chromium. @throws Error naming what is missing and the command that brings it. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`Chromium is not at ${executablePath}: install it (apt-get install chromium) or set CHROMIUM_PATH`);
  }
  if (!existsSync(join(builtDashboard, 'index.html'))) {
    throw new Error('the dashboard is not built: run `npm run build -w web-dashboard`');
  }
  // Chromium's own sandbox refuses root, which is who runs the tests in a container; the pages are ours.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of the page and refusals by its content security policy, as the console shows them. */
  readonly complaints: readonly string[];
  /** Addresses that the page asked for outside its own origin. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/** Opens a page and listens to everything that it complains about. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) foreignRequests.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, foreignRequests, close: () => context.close() };
}

/** Rules of WCAG 2.1 A and AA, and axe's best practices. What passes is not listed: that took longer than the finding. */
const axeOptions: axe.RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** Runs axe on the page as it stands. @returns one line a violation: rule, what is wrong, where. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // A page that was looked at before still has it.
  if (await page.evaluate<boolean>("typeof axe === 'undefined'")) await page.evaluate(axe.source);
  const results = await page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(axeOptions)})`);
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}. ${failureSummary ?? ''}`),
  );
}

/** By how many pixels the page is wider than its window; content that scrolls in its own box does not count. */
export function overflowPixels(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Waits until something can be seen. @throws Error of Playwright naming what was looked for. */
export async function appears(wanted: Locator): Promise<boolean> {
  await wanted.waitFor();
  return true;
}
