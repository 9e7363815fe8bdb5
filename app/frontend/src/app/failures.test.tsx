/** Each page when the server fails it: the reason in words, another try, and no connection at all. */
import { onlineManager } from '@tanstack/react-query';
import { act, screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { complaints } from '@/test/axe';
import { db, failure, server } from '@/test/backend';
import { category, content, schedule } from '@/test/data';
import { open } from '@/test/render';

/** What each page asks for, and words that only its data brings. */
const PAGES = [
  ['/', '*/api/analytics/dashboard/', 'Reviews so far'],
  ['/review', '*/api/review/today/', 'What is ATP?'],
  ['/contents', '*/api/contents/', 'What is ATP?'],
  ['/contents/11', '*/api/contents/:id/', 'What is ATP?'],
  ['/categories', '*/api/categories/', 'Biology'],
  ['/profile', '*/api/accounts/profile/', 'ann@example.com'],
] as const;

beforeEach(() => {
  const atp = content(11, 'What is ATP?', { body: 'Energy' });
  db.contents = [atp];
  db.categories = [category(1, 'Biology')];
  db.today = [schedule(1, atp)];
});

describe.each(PAGES)('the page %s', (path, endpoint, words) => {
  it('says what failed, in a form that is accessible, and comes at the next try', async () => {
    server.use(
      http.get(endpoint, failure(500, { detail: 'The failure has been recorded.' }), { once: true }),
    );
    const { user, container } = open(path);
    expect(await screen.findByRole('alert')).toHaveTextContent('The failure has been recorded.');
    expect(await complaints(container)).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect((await screen.findAllByText(words))[0]).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('asks for patience where there were too many requests', async () => {
    const throttled = failure(429, { detail: 'Request was throttled.' });
    server.use(
      http.get(endpoint, () => {
        const response = throttled();
        response.headers.set('Retry-After', '3000');
        return response;
      }),
    );
    open(path);
    expect(await screen.findByRole('alert')).toHaveTextContent('Too many requests. Wait a moment');
  });

  it('waits for the connection in words, and then comes by itself', async () => {
    act(() => onlineManager.setOnline(false));
    open(path);
    expect(await screen.findByRole('heading', { name: 'Waiting for a connection' })).toBeInTheDocument();
    expect(screen.queryByText('Loading…')).not.toBeInTheDocument();
    act(() => onlineManager.setOnline(true));
    expect((await screen.findAllByText(words))[0]).toBeInTheDocument();
  });
});

describe('without a connection', () => {
  async function openTurned() {
    const view = open('/review');
    await view.user.click(await screen.findByRole('button', { name: 'Show the answer' }));
    await screen.findByText('Energy');
    act(() => onlineManager.setOnline(false));
    return view;
  }

  it('an answer waits and is sent once, however often it was pressed', async () => {
    const { user } = await openTurned();
    await user.click(screen.getByRole('button', { name: 'Remembered' }));
    await user.keyboard('13');
    expect(screen.getByRole('button', { name: 'Remembered' })).toBeDisabled();
    expect(db.writes).toEqual([]);
    act(() => onlineManager.setOnline(true));
    expect(await screen.findByRole('heading', { name: 'Done for today' })).toBeInTheDocument();
    expect(db.writes.map(({ body }) => body)).toMatchObject([{ content_id: 11, result: 'remembered' }]);
  });

  it('what was loaded before stays to be read', async () => {
    const { router } = open('/contents');
    await screen.findByText('What is ATP?');
    await router.navigate('/categories');
    await screen.findByRole('heading', { name: 'Categories' });
    act(() => onlineManager.setOnline(false));
    await router.navigate('/contents');
    expect(await screen.findByText('What is ATP?')).toBeInTheDocument();
    expect(screen.getByText(/You are offline/)).toBeInTheDocument();
  });

  it('a content is saved when the connection is back', async () => {
    const { user, path } = open('/contents/new');
    await user.type(await screen.findByLabelText('Title'), 'Osmosis');
    await user.type(screen.getByLabelText('What you want to remember'), 'Water');
    act(() => onlineManager.setOnline(false));
    await user.click(screen.getByRole('button', { name: 'Save content' }));
    expect(screen.getByLabelText('Title')).toHaveValue('Osmosis');
    act(() => onlineManager.setOnline(true));
    await waitFor(() => expect(path()).toBe('/contents/101'));
    expect(db.writes).toHaveLength(1);
  });
});
