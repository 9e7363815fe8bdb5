import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { failure, server } from '@/test/backend';
import { dashboard } from '@/test/data';
import { open } from '@/test/render';
import { dayNames } from './days';

function answer(change: Partial<typeof dashboard>) {
  server.use(http.get('*/api/analytics/dashboard/', () => HttpResponse.json({ ...dashboard, ...change })));
}

describe('dayNames', () => {
  it('does not depend on the zone of the browser', () => {
    expect(dayNames(['2026-03-02', '2026-03-03'], 'en', 'Today')).toEqual(['Today', 'Tue']);
    expect(dayNames(['2026-03-02', '2026-03-03'], 'ko', '오늘')).toEqual(['오늘', '화']);
  });
});

describe('the dashboard', () => {
  it('shows the figures', async () => {
    open('/');
    const figures = (await screen.findByText('Streak')).closest('dl') as HTMLElement;
    expect(figures).toHaveTextContent('6 daysStreak');
    expect(figures).toHaveTextContent('5Reviewed today');
    expect(figures).toHaveTextContent('240Reviews so far');
    expect(figures).toHaveTextContent('12Contents');
  });

  it('writes large figures so that they can be read', async () => {
    answer({ total_reviews: 12_400, total_contents: 1000 });
    open('/');
    const figures = (await screen.findByText('Streak')).closest('dl') as HTMLElement;
    expect(figures).toHaveTextContent('12,400Reviews so far');
    expect(figures).toHaveTextContent('1,000Contents');
  });

  it.each([
    [0, '0%', 1],
    [0.004, '0%', 2],
    [0.996, '100%', 2],
    [1, '100%', 2],
  ])('draws a success rate of %f', async (success_rate, text, paths) => {
    answer({ success_rate });
    open('/');
    const ring = await screen.findByRole('img', { name: /percent remembered/ });
    expect(ring).toHaveTextContent(text);
    expect(ring.querySelectorAll('path')).toHaveLength(paths);
    for (const path of ring.querySelectorAll('path')) {
      expect(path.getAttribute('d')).not.toMatch(/NaN/);
    }
  });

  it('draws days without a review, too', async () => {
    answer({ upcoming: dashboard.upcoming.map((day) => ({ ...day, count: 0 })) });
    open('/');
    const panel = (await screen.findByRole('heading', { name: 'The next seven days' })).parentElement;
    const bars = [...(panel?.querySelectorAll<HTMLElement>('li [style]') ?? [])];
    expect(bars.map(({ style }) => style.height)).toEqual(Array(7).fill('2%'));
  });

  it('draws the success rate with a name', async () => {
    open('/');
    expect(await screen.findByRole('img', { name: '81 percent remembered' })).toHaveTextContent('81%');
  });

  it('draws the next days in proportion, each with its figure', async () => {
    open('/');
    const panel = (await screen.findByRole('heading', { name: 'The next seven days' }))
      .parentElement as HTMLElement;
    const days = within(panel).getAllByRole('listitem');
    const heights = days.map((day) =>
      Number.parseFloat(day.querySelector<HTMLElement>('[style]')?.style.height ?? ''),
    );
    expect(days).toHaveLength(7);
    expect(Math.max(...heights)).toBe(heights[2]);
    expect(heights[1]).toBeGreaterThan(0);
    expect(days[2]).toHaveTextContent('7 reviews');
    expect(days[3]).toHaveTextContent('1 review');
  });

  it('leads to what is due', async () => {
    open('/');
    expect(await screen.findByRole('heading', { name: '3 reviews are waiting for you' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Start reviewing' })).toHaveAttribute('href', '/review');
  });

  it('says one thing of one review', async () => {
    answer({ due_today: 1, streak: 1 });
    open('/');
    expect(await screen.findByRole('heading', { name: '1 review is waiting for you' })).toBeInTheDocument();
    expect((await screen.findByText('Streak')).closest('dl')).toHaveTextContent('1 dayStreak');
  });

  it('is calm when all is done, and leads to something new', async () => {
    answer({ due_today: 0 });
    open('/');
    expect(await screen.findByRole('heading', { name: 'All done for today' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'New content' })).toHaveAttribute('href', '/contents/new');
    expect(screen.queryByRole('link', { name: 'Start reviewing' })).not.toBeInTheDocument();
  });

  it('explains where the categories will be while there are none', async () => {
    server.use(
      http.get('*/api/review/category-stats/', () =>
        HttpResponse.json({ count: 0, next: null, previous: null, results: [] }),
      ),
    );
    open('/');
    const panel = (await screen.findByRole('heading', { name: 'By category' })).parentElement as HTMLElement;
    expect(await within(panel).findByText(/how well they sit appear here/)).toBeInTheDocument();
    expect(within(panel).queryByRole('list')).not.toBeInTheDocument();
  });

  it('draws each category as long as what is remembered of it', async () => {
    const row = (category: number, name: string, success_rate: number | null) => {
      return { category, name, contents: 1, due: 0, reviews: 4, success_rate };
    };
    const results = [row(1, 'All', 1), row(2, 'Half', 0.5), row(3, 'Little', 0.004), row(4, 'Unknown', null)];
    server.use(
      http.get('*/api/review/category-stats/', () =>
        HttpResponse.json({ count: 4, next: null, previous: null, results }),
      ),
    );
    open('/');
    await screen.findByText('Unknown');
    const widths = results.map(
      ({ name }) => screen.getByText(name).closest('li')?.querySelector<HTMLElement>('[style]')?.style.width,
    );
    expect(widths).toEqual(['100%', '50%', '0%', '0%']);
  });

  it('welcomes whoever has nothing yet', async () => {
    answer({ due_today: 0, total_contents: 0, success_rate: null, streak: 0 });
    open('/');
    expect(await screen.findByRole('heading', { name: 'Welcome to Resee' })).toBeInTheDocument();
    expect(screen.getByRole('img', { name: 'No reviews in the last 30 days' })).toHaveTextContent('–');
  });

  it('shows how each category sits', async () => {
    open('/');
    const row = (await screen.findByText('Biology')).closest('li') as HTMLElement;
    expect(row).toHaveTextContent('75% remembered');
    expect(row).toHaveTextContent('8 contents · 2 due');
  });

  it('names contents without a category, and categories without a review', async () => {
    const none = { category: null, name: null, contents: 1, due: 0, reviews: 0, success_rate: null };
    server.use(
      http.get('*/api/review/category-stats/', () =>
        HttpResponse.json({ count: 1, next: null, previous: null, results: [none] }),
      ),
    );
    open('/');
    const row = (await screen.findByText('No category')).closest('li') as HTMLElement;
    expect(row).toHaveTextContent('not reviewed yet');
    expect(row).toHaveTextContent('1 content');
    expect(row).not.toHaveTextContent('due');
  });

  it('keeps its figures when only the categories fail', async () => {
    server.use(http.get('*/api/review/category-stats/', failure(500, { detail: 'Broken.' })));
    open('/');
    expect(await screen.findByRole('alert')).toHaveTextContent('Broken.');
    expect(await screen.findByText('Streak')).toBeInTheDocument();
  });
});
