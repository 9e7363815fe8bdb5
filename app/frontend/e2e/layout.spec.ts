/** Nothing runs out of a phone's page, is squeezed, or lies under something else; long words and both languages. */
import type { Page } from '@playwright/test';
import { type Api, expect, logIn, test } from './support';

const NARROW = { width: 320, height: 640 };
const LONG_NAME = 'Programming and computer science for everybody';
const BODY = [
  'A'.repeat(120),
  '```\nlet line = "of code that is much longer than a phone is wide, so that it has to be scrolled";\n```',
  '| step | low | high | what happens to the middle |\n|---|---|---|---|\n| 1 | 0 | 100 | it is fifty |',
  `https://example.com/${'path/'.repeat(20)}`,
].join('\n\n');

async function fill(api: Api): Promise<number> {
  const category = await api.post('categories/', { name: LONG_NAME });
  const { id } = await api.post('contents/', {
    title: 'Donaudampfschifffahrtsgesells',
    body: BODY,
    category: category.id,
  });
  return id;
}

/** What reaches beyond the right edge; code and tables are scrolled in a box of their own. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const edge = document.documentElement.clientWidth + 1;
    const wide = document.documentElement.scrollWidth > edge ? ['the page itself'] : [];
    const elements = [...document.querySelectorAll('main *, header *, nav *')].filter(
      (element) => !element.closest('pre, table, .sr-only') && element.getBoundingClientRect().right > edge,
    );
    return [...wide, ...elements.map(({ outerHTML }) => outerHTML.slice(0, 120))];
  });
}

/** Words of which less than four letters fit into a line. */
function squeezed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts = [...document.querySelectorAll('main span, main p, main label, main th, main td')].filter(
      (element) => !element.closest('.sr-only') && element.children.length === 0,
    );
    return texts
      .filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        const letters = (element.textContent ?? '').length;
        return letters > 3 && width > 0 && height > 4 * width;
      })
      .map(({ textContent }) => textContent ?? '');
  });
}

for (const language of ['en', 'ko']) {
  test(`every page fits a phone, in the language ${language}`, async ({ page, api, user }) => {
    const id = await fill(api);
    await logIn(page, user);
    await page.evaluate((chosen) => localStorage.setItem('resee.language', chosen), language);
    for (const path of [
      '/',
      '/review',
      '/contents',
      '/contents/new',
      `/contents/${id}`,
      '/categories',
      '/profile',
    ]) {
      for (const size of [NARROW, { width: 390, height: 844 }]) {
        await page.setViewportSize(size);
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await page.waitForLoadState('networkidle');
        expect(await overflowing(page), `${path} at ${size.width}`).toEqual([]);
        expect(await squeezed(page), `${path} at ${size.width}`).toEqual([]);
      }
    }
  });
}

test('the label of the text is read beside its two buttons', async ({ page, api, user }) => {
  await fill(api);
  await logIn(page, user);
  await page.goto('/contents/new');
  const label = page.locator('label', { hasText: 'What you want to remember' });
  const text = await label.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { left, right, top, bottom };
  });
  for (const name of ['Write', 'Preview']) {
    const button = await page.getByRole('button', { name }).boundingBox();
    const beside =
      button !== null &&
      (button.x >= text.right || button.y >= text.bottom || button.y + button.height <= text.top);
    expect(beside, `${name} covers the label`).toBe(true);
  }
});

test('words in a table are not cut to make it narrow', async ({ page, api, user }) => {
  const id = await fill(api);
  await logIn(page, user);
  await page.goto(`/contents/${id}`);
  const lines = await page.getByRole('columnheader', { name: 'step', exact: true }).evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length;
  });
  expect(lines).toBe(1);
});
