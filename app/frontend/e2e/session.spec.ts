/** Staying logged in: across reloads, across tabs, and not with a token that somebody changed. */
import { expect, expectRefusals, logIn, test } from './support';

const KEY = 'resee.refresh';

test('a reload keeps the session, with a new refresh token each time', async ({ page, api, user }) => {
  expect(api).toBeDefined();
  await logIn(page, user);
  const before = await page.evaluate((key) => localStorage.getItem(key), KEY);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await expect(page.getByText('The next seven days').first()).toBeVisible();
  expect(await page.evaluate((key) => localStorage.getItem(key), KEY)).not.toBe(before);
});

test('two tabs renew in turn and log out together', async ({ page, context, api, user }) => {
  expect(api).toBeDefined();
  await logIn(page, user);
  const other = await context.newPage();
  await Promise.all([other.goto('/contents'), page.reload()]);
  await expect(other.getByRole('heading', { name: 'Contents' })).toBeVisible();
  await expect(other.getByText('Nothing here yet')).toBeVisible();
  await expect(page.getByText('The next seven days').first()).toBeVisible();
  await other.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(/\/login$/);
});

test('a changed refresh token leads to the login, and back to the page', async ({
  page,
  api,
  user,
  complaints,
}) => {
  expect(api).toBeDefined();
  await logIn(page, user);
  await page.evaluate((key) => localStorage.setItem(key, `${localStorage.getItem(key)}x`), KEY);
  await page.goto('/categories');
  await expect(page).toHaveURL(/\/login$/);
  expectRefusals(complaints, 401);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page).toHaveURL(/\/categories$/);
});
