/** Pictures of each page for docs/screenshots, of a user with believable contents. `npm run screenshots`. */
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { type Api, expect, logIn, newUser, test } from './support';

const FOLDER = '../../docs/screenshots';
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

const NOTES = {
  Biology: [
    [
      'What does ATP do?',
      '**Adenosine triphosphate** carries energy in every cell.\n\n- made in *mitochondria*\n- spent as ADP + P',
    ],
    ['Mitosis, in order', '1. Prophase\n2. Metaphase\n3. Anaphase\n4. Telophase'],
    ['Role of haemoglobin', 'Binds **oxygen** in the lungs and lets it go where CO₂ is high.'],
    ['Osmosis', 'Water moves through a membrane towards the higher concentration.'],
  ],
  Korean: [
    ['눈치 (nunchi)', 'The art of reading the room.\n\n> 눈치가 빠르다: quick to notice'],
    ['-(으)ㄹ 뻔했다', 'Almost did something: **넘어질 뻔했다**, I almost fell.'],
    ['정 (jeong)', 'A deep bond that grows with time spent together.'],
  ],
  Programming: [
    [
      'Binary search',
      'Halve a **sorted** list until the value is found: `O(log n)`.\n\n```python\nwhile low < high:\n    mid = (low + high) // 2\n    if items[mid] < wanted:\n        low = mid + 1\n    else:\n        high = mid\n```',
    ],
    ['ACID', '**A**tomicity, **C**onsistency, **I**solation, **D**urability'],
    ['What is idempotent?', 'Doing it twice is the same as doing it once: `PUT`, `DELETE`, `kubectl apply`.'],
  ],
} as const;
/** What came of the first reviews, by the place of the note; the rest stay due. */
const RESULTS = {
  0: 'remembered',
  1: 'remembered',
  2: 'partial',
  3: 'remembered',
  4: 'forgot',
  5: 'remembered',
  6: 'remembered',
} as const;
const LEARNER = `mina.${randomBytes(2).toString('hex')}@example.com`;

async function fill(api: Api): Promise<void> {
  const made: number[] = [];
  for (const [name, notes] of Object.entries(NOTES)) {
    const category = await api.post('categories/', { name });
    for (const [title, body] of notes) {
      made.push((await api.post('contents/', { title, body, category: category.id })).id);
    }
  }
  for (const [place, result] of Object.entries(RESULTS)) {
    await api.post('review/complete/', { content_id: made[Number(place)], result, time_spent: 20 });
  }
}

async function choose(page: Page, theme: 'light' | 'dark', language: 'en' | 'ko'): Promise<void> {
  await page.evaluate(
    (choice) => {
      localStorage.setItem('resee.theme', choice.theme);
      localStorage.setItem('resee.language', choice.language);
    },
    { theme, language },
  );
}

async function picture(page: Page, path: string, name: string): Promise<void> {
  if (path !== '') {
    await page.goto(path);
  }
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled', caret: 'hide' });
}

async function turnCard(page: Page): Promise<void> {
  await page.goto('/review');
  await page.locator('[aria-keyshortcuts=Space]').click();
  await expect(page.locator('.prose-note')).toBeVisible();
}

test.use({ user: { ...newUser(), email: LEARNER } });

test('every page', async ({ page, api, user }) => {
  test.setTimeout(120_000);
  await fill(api);
  await page.setViewportSize(DESKTOP);
  await page.goto('/login');
  await picture(page, '/login', 'login');
  await picture(page, '/register', 'register');
  await logIn(page, user);
  await picture(page, '/', 'dashboard');
  await picture(page, '/review', 'review-question');
  await turnCard(page);
  await picture(page, '', 'review-answer');
  await picture(page, '/contents', 'contents');
  await picture(page, '/contents?search=energy', 'search');
  await picture(page, '/contents/new', 'new-content');
  await page.goto('/contents?search=binary');
  await page.getByRole('link', { name: /Binary search/ }).click();
  await picture(page, '', 'content');
  await picture(page, '/categories', 'categories');
  await page.setViewportSize({ ...DESKTOP, height: 1180 });
  await picture(page, '/profile', 'profile');

  await page.setViewportSize(DESKTOP);
  await choose(page, 'dark', 'ko');
  await picture(page, '/', 'dashboard-dark-korean');

  await page.setViewportSize(PHONE);
  await picture(page, '/', 'phone-dashboard-dark-korean');
  await choose(page, 'light', 'en');
  await picture(page, '/', 'phone-dashboard');
  await picture(page, '/contents', 'phone-contents');
  await turnCard(page);
  await picture(page, '', 'phone-review-answer');
  await choose(page, 'dark', 'en');
  await picture(page, '/review', 'phone-review-question-dark');
});
