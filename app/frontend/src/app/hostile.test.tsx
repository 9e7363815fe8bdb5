/** Words that are programs, wherever a person's words are shown: titles, categories, notes, messages. */
import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { category, content, schedule } from '@/test/data';
import { open } from '@/test/render';

const SCRIPT = '<img src=x onerror=alert(1)>';
const TEMPLATE = '{{title}} $t(nav.logout)';

beforeEach(() => {
  vi.spyOn(window, 'alert').mockImplementation(() => undefined);
  const hostile = content(11, SCRIPT, { body: SCRIPT, category: 1, category_name: TEMPLATE });
  db.contents = [hostile];
  db.categories = [category(1, TEMPLATE)];
  db.today = [schedule(1, hostile)];
});

/** The words are there to be read, and nothing came of them. */
async function isText(container: Element, words: string) {
  expect((await screen.findAllByText(words, { exact: false }))[0]).toBeInTheDocument();
  expect(container.querySelectorAll('img[src=x], [onerror]')).toHaveLength(0);
  expect(window.alert).not.toHaveBeenCalled();
}

describe('a script', () => {
  it.each(['/review', '/contents', '/contents/11'])('as a title is text on %s', async (path) => {
    const { container } = open(path);
    await isText(container, SCRIPT);
  });

  it('in a question before deleting is text', async () => {
    const { container, user } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    expect(screen.getByRole('dialog')).toHaveAccessibleName(`Delete “${SCRIPT}”?`);
    await isText(container, SCRIPT);
  });

  it('in what is said after an answer is text', async () => {
    db.today.push(schedule(2, content(12, 'Next')));
    const { container, user } = open('/review');
    await user.click(await screen.findByRole('button', { name: 'Show the answer' }));
    await user.click(await screen.findByRole('button', { name: 'Remembered' }));
    await screen.findByRole('heading', { name: 'Next' });
    await isText(container, `“${SCRIPT}” comes back`);
  });

  it('in a message of the server is text', async () => {
    server.use(http.get('*/api/contents/', failure(400, { detail: SCRIPT })));
    const { container } = open('/contents');
    await screen.findByRole('alert');
    await isText(container, SCRIPT);
  });

  it('as a search is text in the address and in the field', async () => {
    const { container } = open(`/contents?search=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(await screen.findByRole('searchbox')).toHaveValue('"><script>alert(1)</script>');
    expect(container.querySelector('script')).toBeNull();
  });
});

describe('words of a template', () => {
  it('are not filled in or translated', async () => {
    const { container, user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: `Delete ${TEMPLATE}` }));
    expect(screen.getByRole('dialog')).toHaveAccessibleName(`Delete the category “${TEMPLATE}”?`);
    await isText(container, TEMPLATE);
  });

  it('stay as they are in statistics', async () => {
    server.use(
      http.get('*/api/review/category-stats/', () => {
        const row = { category: 1, name: TEMPLATE, contents: 1, due: 1, reviews: 0, success_rate: null };
        return HttpResponse.json({ count: 1, next: null, previous: null, results: [row] });
      }),
    );
    open('/');
    const panel = (await screen.findByRole('heading', { name: 'By category' })).parentElement as HTMLElement;
    expect(await within(panel).findByText(TEMPLATE)).toBeInTheDocument();
  });
});

it.each(['//evil.example/x', 'https://evil.example/', '/\\evil.example'])(
  'a login leads to no other site, though %s was asked for',
  async (from) => {
    const { router, path } = open('/profile');
    await router.navigate('/login', { state: { from } });
    expect(await screen.findByRole('heading', { level: 1, name: 'Dashboard' })).toBeInTheDocument();
    expect(path()).toBe('/');
  },
);
