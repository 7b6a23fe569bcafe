import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityViolations, openBrowser } from './browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => browser?.close());

test('what a page violates is told, at the first look and at the next one', async () => {
  const page = await browser.newPage();
  const withBody = (body: string): Promise<void> =>
    page.setContent(`<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>${body}</main></html>`);
  await withBody('');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.evaluate("document.querySelector('main').append(new Image())");
  expect(await accessibilityViolations(page)).toEqual([expect.stringMatching(/^image-alt: .* at img\./)]);
  await withBody('<p style="color: #eee">Hardly to be read</p>');
  expect(await accessibilityViolations(page)).toEqual([expect.stringMatching(/^color-contrast: /)]);
});
