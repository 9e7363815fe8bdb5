/** What is changed on one page is so on every other, though it was loaded before. */
import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { category, content, dashboard, schedule } from '@/test/data';
import { open } from '@/test/render';
import type { Content } from '@/types/api';

function page<T>(results: T[]) {
  return HttpResponse.json({ count: results.length, next: null, previous: null, results });
}

function named(one: Content): Content {
  return { ...one, category_name: db.categories.find(({ id }) => id === one.category)?.name ?? null };
}

/** The API as one thing: names, due cards and figures come from the same contents and categories. */
beforeEach(() => {
  db.categories = [category(1, 'Biology')];
  db.contents = [content(11, 'ATP', { category: 1 }), content(12, 'Osmosis')];
  const answered = new Set<unknown>();
  const due = () => db.contents.filter(({ id }) => !answered.has(id));
  server.use(
    http.get('*/api/contents/', () => page(db.contents.map(named))),
    http.get('*/api/contents/:id/', ({ params }) => {
      const found = db.contents.find(({ id }) => id === Number(params.id));
      return found ? HttpResponse.json(named(found)) : failure(404, { detail: 'Not found.' })();
    }),
    http.get('*/api/review/today/', () => page(due().map((one) => schedule(one.id, named(one))))),
    http.post('*/api/review/complete/', async ({ request }) => {
      answered.add(((await request.json()) as { content_id: number }).content_id);
      return HttpResponse.json({ next_review_date: '2026-03-05T09:00:00Z', interval_index: 1 });
    }),
    http.get('*/api/analytics/dashboard/', () => {
      const abroad = db.profile.time_zone !== 'Asia/Seoul';
      return HttpResponse.json({ ...dashboard, due_today: due().length, streak: abroad ? 9 : 6 });
    }),
    http.get('*/api/review/category-stats/', () =>
      page(
        db.categories.map(({ id, name }) => {
          const contents = db.contents.filter((one) => one.category === id).length;
          return { category: id, name, contents, due: 0, reviews: 0, success_rate: null };
        }),
      ),
    ),
  );
});

describe('a category', () => {
  it.each(['/', '/review', '/contents', '/contents/11'])(
    'that is renamed has its new name on %s',
    async (path) => {
      const { user, router } = open(path);
      expect((await screen.findAllByText(/Biology/))[0]).toBeInTheDocument();
      await router.navigate('/categories');
      await user.click(await screen.findByRole('button', { name: 'Rename Biology' }));
      await user.clear(screen.getByLabelText('Name'));
      await user.type(screen.getByLabelText('Name'), 'Life{Enter}');
      await screen.findByRole('link', { name: 'Life' });
      await router.navigate(path);
      await waitFor(() => expect(screen.getAllByText(/Life/)[0]).toBeInTheDocument());
      await waitFor(() => expect(screen.queryAllByText(/Biology/)).toEqual([]));
    },
  );

  it('that is deleted leaves its contents, and is no longer offered', async () => {
    const { user, router } = open('/contents');
    await screen.findByRole('option', { name: 'Biology' });
    await router.navigate('/categories');
    await user.click(await screen.findByRole('button', { name: 'Delete Biology' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete' }));
    await screen.findByRole('heading', { name: 'No categories yet' });
    await router.navigate('/contents');
    expect(await screen.findByRole('link', { name: /ATP/ })).toBeInTheDocument();
    await waitFor(() => expect(screen.queryAllByText('Biology')).toEqual([]));
  });

  it('leads to its contents, and to no others', async () => {
    const { user, path, router } = open('/categories');
    server.use(
      http.get('*/api/contents/', ({ request }) => {
        const wanted = Number(new URL(request.url).searchParams.get('category'));
        return page(db.contents.filter((one) => one.category === wanted));
      }),
    );
    await user.click(await screen.findByRole('link', { name: 'Biology' }));
    expect(await screen.findByRole('link', { name: /ATP/ })).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: /Osmosis/ })).not.toBeInTheDocument();
    expect(path() + router.state.location.search).toBe('/contents?category=1');
    expect(await screen.findByLabelText('Category')).toHaveDisplayValue('Biology');
  });
});

describe('a content', () => {
  it('that is new is in the list and due at once', async () => {
    db.contents = [];
    const { user, router } = open('/review');
    await screen.findByRole('heading', { name: 'Nothing is due' });
    await router.navigate('/contents');
    await screen.findByRole('heading', { name: 'Nothing here yet' });
    await router.navigate('/contents/new');
    await user.type(await screen.findByLabelText('Title'), 'Mitosis');
    await user.type(screen.getByLabelText('What you want to remember'), 'Division');
    await user.click(screen.getByRole('button', { name: 'Save content' }));
    await screen.findByText('Division');
    await router.navigate('/review');
    expect(await screen.findByRole('heading', { name: 'Mitosis' })).toBeInTheDocument();
    await router.navigate('/contents');
    expect(await screen.findByRole('link', { name: /Mitosis/ })).toBeInTheDocument();
  });

  it('that is changed is changed on its card, too', async () => {
    const { user, router } = open('/review');
    await screen.findByRole('heading', { name: 'ATP' });
    await router.navigate('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    await user.type(screen.getByLabelText('Title'), ' and ADP');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByRole('heading', { name: 'ATP and ADP' });
    await router.navigate('/review');
    expect(await screen.findByRole('heading', { name: 'ATP and ADP', level: 2 })).toBeInTheDocument();
  });

  it('that is deleted is gone everywhere, at its own address as well', async () => {
    const { user, router } = open('/review');
    await screen.findByRole('heading', { name: 'ATP' });
    await router.navigate('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(screen.queryByRole('link', { name: /ATP/ })).not.toBeInTheDocument());
    await router.navigate('/review');
    expect(await screen.findByRole('heading', { name: 'Osmosis' })).toBeInTheDocument();
    await router.navigate('/contents/11');
    expect(await screen.findByRole('alert')).toHaveTextContent('Not found.');
  });
});

describe('the figures', () => {
  it('count an answer at once', async () => {
    const { user, router } = open('/');
    await screen.findByRole('heading', { name: '2 reviews are waiting for you' });
    await user.click(screen.getByRole('link', { name: 'Start reviewing' }));
    await user.click(await screen.findByRole('button', { name: 'Show the answer' }));
    await user.click(await screen.findByRole('button', { name: 'Remembered' }));
    await screen.findByRole('heading', { name: 'Osmosis' });
    await router.navigate('/');
    expect(await screen.findByRole('heading', { name: '1 review is waiting for you' })).toBeInTheDocument();
  });

  it('are of the days of the time zone that was chosen', async () => {
    const { user, router } = open('/');
    const days = async () => (await screen.findByText('Streak')).closest('dl');
    expect(await days()).toHaveTextContent('6 daysStreak');
    await router.navigate('/profile');
    await user.selectOptions(await screen.findByLabelText('Time zone'), 'Europe/Berlin');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Saved');
    await router.navigate('/');
    await waitFor(async () => expect(await days()).toHaveTextContent('9 daysStreak'));
  });
});
