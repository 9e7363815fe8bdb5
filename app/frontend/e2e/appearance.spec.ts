/** Theme and language belong to the browser and are there from the first paint. */
import { expect, expectRefusals, logIn, test } from './support';

test('dark is dark from the start, on every page', async ({ page, api, user, complaints }) => {
  expect(api).toBeDefined();
  await logIn(page, user);
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveClass(/dark/);

  // The page's own code is held back: what is dark now was dark without it.
  await page.route('**/assets/index-*.js', (route) => route.abort());
  await page.goto('/contents').catch(() => undefined);
  await expect(page.locator('html')).toHaveClass(/dark/);
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(background).toBe('dark');
  expectRefusals(complaints, 'ERR_FAILED');
});

test('the system decides while nothing was chosen', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/login');
  await expect(page.locator('html')).toHaveClass(/dark/);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).not.toHaveClass(/dark/);
});

test('a Korean browser is answered in Korean, until it chooses', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: 'ko-KR', ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto('/login');
  await expect(page.getByRole('heading', { name: '로그인' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await page.getByLabel('언어').selectOption('English');
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await context.close();
});
