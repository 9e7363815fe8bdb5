/** What a person does on the first day: sign up, write something down, review it, come back. */
import { expect, newUser, test } from './support';

test('from signing up to a completed review', async ({ page }) => {
  const user = newUser();

  await page.goto('/');
  await expect(page).toHaveURL(/\/login$/);
  await page.getByRole('link', { name: 'Sign up' }).click();
  // The page before has a field of the same name.
  await expect(page.getByRole('heading', { name: 'Sign up' })).toBeVisible();
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByLabel('Password again').fill(user.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome to Resee' })).toBeVisible();

  await page.getByRole('main').getByRole('link', { name: 'New content' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('What does ATP do?');
  await page.getByLabel('What you want to remember').fill('It carries **energy** in every cell.');
  await page.getByRole('button', { name: 'Save content' }).click();
  await expect(page.getByRole('heading', { name: 'What does ATP do?' })).toBeVisible();
  await expect(page.getByRole('strong').filter({ hasText: 'energy' })).toBeVisible();

  await page.getByRole('link', { name: 'Review', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'What does ATP do?' })).toBeVisible();
  await page.getByRole('button', { name: 'Show the answer' }).click();
  const completed = page.waitForResponse('**/api/review/complete/');
  await page.getByRole('button', { name: 'Remembered' }).click();
  expect((await completed).status()).toBe(200);
  expect(await (await completed).json()).toMatchObject({ interval_index: 1 });
  await expect(page.getByRole('heading', { name: 'Done for today' })).toBeVisible();

  await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'All done for today' })).toBeVisible();
  await expect(page.getByRole('img', { name: '100 percent remembered' })).toBeVisible();

  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
});
