import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../run-cli.ts';
import { startPlatform, until, type Platform } from '../start-platform.ts';
import { openBrowser, openPage } from './browser.ts';
import { setUpInBrowser } from './people.ts';

// What people write is shown to other people: texts that are code must stay texts.

const hostile = `<img src="/no-such-picture" onerror="window.ran = 1"><script>window.ran = 1</script>`;

let platform: Platform;
let browser: Browser;
let administrator: Awaited<ReturnType<BrowserContext['storageState']>>;

beforeAll(async () => {
  browser = await openBrowser();
  platform = await startPlatform();
  // The platform makes its own code when it is ready, and a newer one ends those before.
  await until('the code is printed', 30_000, () => platform.output().includes('/setup#code='));
  const [, code = ''] = /\/setup#code=(\S+)/.exec(platform.output()) ?? [];
  const context = await browser.newContext();
  await setUpInBrowser(await context.newPage(), platform.controlUrl, code);
  administrator = await context.storageState();
  await context.close();
  await cli(platform, 'model', 'describe', 'iris', hostile);
  await cli(platform, 'model', 'annotate', 'iris', '1', '--notes', hostile, '--lineage', `dataset=${hostile}`);
  await cli(platform, 'key', 'create', hostile);
});
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const open = (path: string) => openPage(browser, `${platform.controlUrl}${path}`, { storageState: administrator });

test.each(['/models', '/models/iris', '/models/iris/versions/1', '/keys'])(
  'what others have written is shown as text, and no script of it runs: %s',
  async (path) => {
    const opened = await open(path);
    try {
      await opened.page.getByText('<script>window.ran = 1</script>', { exact: false }).first().waitFor();
      expect(await opened.page.evaluate<unknown>('window.ran')).toBeUndefined();
      expect(await opened.page.locator('img[src="/no-such-picture"]').count()).toBe(0);
      expect(opened.complaints).toEqual([]);
    } finally {
      await opened.close();
    }
  },
);

test('a script that got into the page all the same is refused by the browser', async () => {
  const opened = await open('/models');
  try {
    await opened.page.getByRole('heading', { name: 'Models' }).first().waitFor();
    await opened.page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = 1';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<button onclick="window.ran = 1">Press</button>');
      document.querySelector('body > button').click();
    `);
    expect(await opened.page.evaluate<unknown>('window.ran')).toBeUndefined();
    expect(opened.complaints.join('\n')).toMatch(/violates the following Content Security Policy directive/);
  } finally {
    await opened.close();
  }
});
