/** Without a connection: it is said, and an answer given meanwhile arrives afterwards. */
import { expect, logIn, test } from './support';

test('an answer given offline is sent when the connection is back', async ({ page, context, api, user }) => {
  await api.post('contents/', { title: 'Offline?', body: 'Still **there**' });
  await logIn(page, user);
  await page.getByRole('link', { name: 'Review', exact: true }).click();
  await page.getByRole('button', { name: 'Show the answer' }).click();
  await expect(page.getByText('there')).toBeVisible();

  await context.setOffline(true);
  await expect(page.getByText('You are offline')).toBeVisible();
  await page.getByRole('button', { name: 'Remembered' }).click();
  await expect(page.getByRole('heading', { name: 'Offline?' })).toBeVisible();

  const completed = page.waitForResponse('**/api/review/complete/');
  await context.setOffline(false);
  expect((await completed).status()).toBe(200);
  await expect(page.getByRole('heading', { name: 'Done for today' })).toBeVisible();
  await expect(page.getByText('You are offline')).toBeHidden();
});
