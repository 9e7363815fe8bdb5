/** Contents and categories: found again, changed, deleted. */
import { expect, expectRefusals, logIn, test } from './support';

test('a content is filed, found, changed and deleted', async ({ page, api, user }) => {
  await api.post('contents/', { title: 'Unrelated', body: 'Something else' });
  await logIn(page, user);

  await page.getByRole('link', { name: 'Categories' }).click();
  await page.getByLabel('New category').fill('Biology');
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('link', { name: 'Biology' })).toBeVisible();

  await page.getByRole('link', { name: 'Contents' }).click();
  await page.getByRole('link', { name: 'New content' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Mitochondria');
  await page.getByLabel('Category').selectOption('Biology');
  await page.getByLabel('What you want to remember').fill('The power house of the cell');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('power house');
  await page.getByRole('button', { name: 'Save content' }).click();
  await expect(page.getByRole('heading', { name: 'Mitochondria' })).toBeVisible();

  await page.getByRole('link', { name: 'Contents' }).click();
  await page.getByRole('searchbox').fill('power house');
  await expect(page.getByRole('link', { name: /Unrelated/ })).toBeHidden();
  await page.getByRole('link', { name: /Mitochondria/ }).click();

  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Mitochondrion');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Mitochondrion' })).toBeVisible();

  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/contents$/);
  await expect(page.getByRole('link', { name: /Unrelated/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /Mitochondrion/ })).toBeHidden();
});

test('a name that the server refuses keeps what was written', async ({ page, api, user, complaints }) => {
  await api.post('categories/', { name: 'Taken' });
  await logIn(page, user);
  await page.goto('/categories');
  await page.getByLabel('New category').fill('taken');
  await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/api/categories/') && answer.status() === 400),
    page.getByRole('button', { name: 'Add' }).click(),
  ]);
  await expect(page.getByRole('alert')).toContainText('already');
  await expect(page.getByLabel('New category')).toHaveValue('taken');
  expectRefusals(complaints, 400);
});
