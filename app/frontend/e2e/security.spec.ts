/** A note that tries to run code: nothing runs, and the content security policy had nothing to stop. */
import { expect, logIn, test } from './support';

const HARMFUL = `
<script>alert(1)</script>
<img src=x onerror=alert(2)>
<svg onload=alert(3)></svg>
<iframe src="javascript:alert(4)"></iframe>
[click](javascript:alert(5))
![x](javascript:alert(6))

**the end**
`;

test('script in every text field stays text', async ({ page, api, user }) => {
  const title = '<img src=x onerror=alert(7)>';
  const { id } = await api.post('categories/', { name: '<script>alert(8)</script>' });
  const made = await api.post('contents/', { title, body: HARMFUL, category: id });
  await logIn(page, user);
  for (const path of [`/contents/${made.id}`, '/contents', '/categories', '/review', '/']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByText('Loading…')).toHaveCount(0);
  }
  await page.goto('/review');
  await page.getByRole('button', { name: 'Show the answer' }).click();
  await expect(page.getByText('the end')).toBeVisible();
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
  const article = page.getByRole('article');
  await expect(article.locator('script, iframe, svg, [onerror], a[href^="javascript"]')).toHaveCount(0);
});
