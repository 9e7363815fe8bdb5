/** axe on every page, light and dark, English and Korean: colours, names, order, roles. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { expect, logIn, test } from './support';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function violations(page: Page): Promise<string[]> {
  // Evaluated by the browser's own protocol: the content security policy lets no page add it.
  await page.evaluate(AXE);
  const results = await page.evaluate(
    (tags) =>
      (window as unknown as { axe: { run: (o: object) => Promise<AxeResults> } }).axe.run({ runOnly: tags }),
    TAGS,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('main [role=status] svg.animate-spin')).toHaveCount(0);
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
}

/** Words do not change with the theme, so each language is looked at in one of them. */
const LOOKS = [
  ['light', 'en'],
  ['dark', 'ko'],
] as const;

for (const [theme, language] of LOOKS) {
  test(`every page is accessible: ${theme}, ${language}`, async ({ page, api, user }) => {
    const biology = await api.post('categories/', { name: 'Biology' });
    const body =
      '# Title\n\nA [link](https://example.com), `code`, a list:\n\n- [x] one\n\n```\nlong\n```\n\n|a|b|\n|-|-|\n|1|2|';
    const made = await api.post('contents/', { title: 'ATP', body, category: biology.id });
    await api.post('review/complete/', { content_id: made.id, result: 'forgot' });
    await logIn(page, user);
    await page.evaluate(
      ([chosenTheme, chosenLanguage]) => {
        localStorage.setItem('resee.theme', chosenTheme);
        localStorage.setItem('resee.language', chosenLanguage);
      },
      [theme, language] as const,
    );
    const paths = [
      '/',
      '/review',
      '/contents',
      '/contents?search=none',
      '/contents/new',
      `/contents/${made.id}`,
      '/categories',
      '/profile',
      '/nowhere',
    ];
    for (const path of paths) {
      await page.goto(path);
      await settled(page);
      expect(await violations(page), path).toEqual([]);
    }
    await page.goto('/review');
    await settled(page);
    await page.keyboard.press('Space');
    await expect(page.locator('article pre')).toBeVisible();
    expect(await violations(page), 'a turned card').toEqual([]);
    await page.evaluate(() => localStorage.removeItem('resee.refresh'));
    for (const path of ['/login', '/register']) {
      await page.goto(path);
      await settled(page);
      expect(await violations(page), path).toEqual([]);
    }
  });
}
