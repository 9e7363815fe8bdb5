/** Without a mouse: from the login to an answered card. */
import { expect, test } from './support';

test('everything is reached and pressed by keys', async ({ page, api, user }) => {
  await api.post('contents/', { title: 'First', body: 'One' });
  await api.post('contents/', { title: 'Second', body: 'Two' });
  await page.goto('/login');
  await page.getByLabel('E-mail').focus();
  await page.keyboard.type(user.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(user.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: '2 reviews are waiting for you' })).toBeVisible();

  await page.getByRole('link', { name: 'Start reviewing' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'First' })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByText('One', { exact: true })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { name: 'Second' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByText('Two', { exact: true })).toBeVisible();
  await page.keyboard.press('1');
  await expect(page.getByText('“Second” comes back today.')).toBeVisible();
});

test('the first tab stop leads past the navigation', async ({ page, api, user }) => {
  expect(api).toBeDefined();
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
