/** A user of the test's own, steps that several walks share, and a guard: a page may not complain. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type APIRequestContext, test as base, expect, type Page } from '@playwright/test';

export { expect } from '@playwright/test';

export interface User {
  email: string;
  password: string;
}

export function newUser(): User {
  return { email: `walker-${randomUUID()}@example.com`, password: randomBytes(12).toString('base64url') };
}

/** The API as the user, for what a test needs but does not test. */
export class Api {
  private readonly request: APIRequestContext;
  private readonly access: string;

  private constructor(request: APIRequestContext, access: string) {
    this.request = request;
    this.access = access;
  }

  static async register(request: APIRequestContext, user: User): Promise<Api> {
    const data = { ...user, password_confirm: user.password };
    const registered = await request.post('/api/accounts/users/register/', { data });
    expect(registered.status(), await registered.text()).toBe(201);
    const login = await request.post('/api/auth/token/', { data: user });
    expect(login.status(), await login.text()).toBe(200);
    return new Api(request, (await login.json()).access);
  }

  post(path: string, data: unknown): Promise<{ id: number }> {
    return this.call('POST', path, data);
  }

  get(path: string): Promise<unknown> {
    return this.call('GET', path);
  }

  private async call<T>(method: string, path: string, data?: unknown): Promise<T> {
    const headers = { Authorization: `Bearer ${this.access}` };
    const answer = await this.request.fetch(`/api/${path}`, {
      method,
      headers,
      ...(data !== undefined && { data }),
    });
    expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
    return answer.json();
  }
}

/** Chromium writes each refused request into the console; a test of refusals takes those off. */
export function expectRefusals(complaints: string[], reason: number | string): void {
  expect(complaints.length).toBeGreaterThan(0);
  expect(complaints.filter((text) => !text.includes(`${reason}`))).toEqual([]);
  complaints.length = 0;
}

export async function logIn(page: Page, user: User): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
}

interface Fixtures {
  /** Console errors (violations of the content security policy among them), exceptions and dialogs. */
  complaints: string[];
  user: User;
  api: Api;
}

export const test = base.extend<Fixtures>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') {
          complaints.push(message.text());
        }
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        return dialog.dismiss();
      });
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for the destructuring
  user: async ({}, use) => use(newUser()),
  api: async ({ request, user }, use) => use(await Api.register(request, user)),
});
