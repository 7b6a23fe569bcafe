import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createSetupCode } from '@cluster-ai/contract/api/session.ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A control plane that answers, and the token that its first administrator is made with. */
export interface Installation {
  readonly url: string;
  readonly admin: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number };
}

export const administrator = {
  name: 'Ana Souza',
  email: 'ana@example.com',
  password: 'a sentence that only ana knows',
} as const;

/** Fills the page of the first set-up as a person would. @returns when the overview is there. */
export async function setUpInBrowser(page: Page, url: string, code: string): Promise<void> {
  await page.goto(`${url}/setup#${new URLSearchParams({ code }).toString()}`);
  await page.getByLabel('Name', { exact: true }).fill(administrator.name);
  await page.getByLabel('E-mail').fill(administrator.email);
  await page.getByLabel('New password', { exact: true }).fill(administrator.password);
  await page.getByRole('button', { name: 'Make the administrator' }).click();
  await page.waitForURL(`${url}/`);
}

export async function signInInBrowser(page: Page, url: string, email: string, password: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${url}/`);
}

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Makes the first administrator. @returns what a browser keeps of it, for further contexts. */
export async function becomeAdministrator(browser: Browser, { url, admin }: Installation): Promise<StorageState> {
  const { code } = await callEndpoint(admin, createSetupCode);
  const context = await browser.newContext();
  try {
    await setUpInBrowser(await context.newPage(), url, code);
    return await context.storageState();
  } finally {
    await context.close();
  }
}
