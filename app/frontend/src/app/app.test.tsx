/** The frame: who may see which page, what happens without a connection, and axe on every page. */
import { onlineManager } from '@tanstack/react-query';
import { act, render, screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { createMemoryRouter, type RouteObject, RouterProvider } from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/lib/queryClient';
import { session } from '@/lib/session';
import { complaints } from '@/test/axe';
import { db, failure, server } from '@/test/backend';
import { category, content, schedule, tokenPair } from '@/test/data';
import { open, openGuest } from '@/test/render';
import { routes } from './routes';

const PAGES = {
  '/': 'Dashboard',
  '/review': "Today's reviews",
  '/contents': 'Contents',
  '/contents/new': 'New content',
  '/contents/11': 'What is ATP?',
  '/categories': 'Categories',
  '/profile': 'Profile',
  '/nowhere': 'Not found',
} as const;

beforeEach(() => {
  // axe looks at each of the four hundred options of a browser for a second in all.
  vi.spyOn(Intl, 'supportedValuesOf').mockReturnValue(['Asia/Seoul', 'Europe/Berlin']);
  const atp = content(11, 'What is ATP?', { body: '- [x] done\n\n|a|b|\n|-|-|\n|1|2|' });
  db.contents = [atp];
  db.categories = [category(1, 'Biology')];
  db.today = [schedule(1, atp)];
});

describe.each(Object.entries(PAGES))('the page %s', (path, heading) => {
  it('is only for people with a session', async () => {
    const guest = openGuest(path);
    expect(await screen.findByRole('heading', { name: 'Log in' })).toBeInTheDocument();
    expect(guest.path()).toBe('/login');
  });

  it('has its heading, its title, and nothing for axe to complain about', async () => {
    const { container } = open(path);
    expect(await screen.findByRole('heading', { level: 1, name: heading })).toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe(`${heading} · Resee`));
    await waitFor(() => expect(screen.queryByText('Loading…')).not.toBeInTheDocument());
    expect(await complaints(container)).toEqual([]);
  });
});

describe('the frame', () => {
  it('logs out here and on the server', async () => {
    const { user, path } = open('/');
    const [button] = await screen.findAllByRole('button', { name: 'Log out' });
    await user.click(button as HTMLElement);
    await waitFor(() => expect(path()).toBe('/login'));
    expect(session.isActive()).toBe(false);
    await waitFor(() =>
      expect(db.writes).toEqual([
        { call: 'POST /api/auth/token/blacklist/', body: { refresh: 'refresh-a' } },
      ]),
    );
  });

  it('follows another tab in and out of a session', async () => {
    const { path } = openGuest('/login');
    await screen.findByRole('heading', { name: 'Log in' });
    const inAnotherTab = (newValue: string | null) => {
      if (newValue === null) {
        localStorage.removeItem('resee.refresh');
      } else {
        localStorage.setItem('resee.refresh', newValue);
      }
      act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'resee.refresh', newValue })));
    };
    inAnotherTab('refresh-other');
    expect(await screen.findByRole('heading', { name: 'Dashboard' })).toBeInTheDocument();
    inAnotherTab(null);
    await waitFor(() => expect(path()).toBe('/login'));
  });

  it('leaves to the login when the session ends by itself', async () => {
    server.use(
      http.get('*/api/analytics/dashboard/', failure(401, { detail: 'no' })),
      http.post('*/api/auth/token/refresh/', failure(401, { detail: 'no' })),
    );
    const { path } = open('/');
    await waitFor(() => expect(path()).toBe('/login'));
  });

  it('says that it is offline, and stops saying so', async () => {
    open('/');
    await screen.findByRole('heading', { level: 1 });
    act(() => onlineManager.setOnline(false));
    expect(screen.getByText(/You are offline/)).toBeInTheDocument();
    act(() => onlineManager.setOnline(true));
    expect(screen.queryByText(/You are offline/)).not.toBeInTheDocument();
  });

  it('moves the focus to the page that was navigated to', async () => {
    const { user } = open('/');
    const [link] = await screen.findAllByRole('link', { name: 'Categories' });
    await user.click(link as HTMLElement);
    await screen.findByRole('heading', { level: 1, name: 'Categories' });
    expect(screen.getByRole('main')).toHaveFocus();
  });

  it('offers to load again when a page does not come', async () => {
    const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
    const router = createMemoryRouter([
      { ...routes[0], children: [{ path: '/', lazy: gone }] } as RouteObject,
    ]);
    render(<RouterProvider router={router} />);
    expect(await screen.findByRole('heading', { name: 'This page did not load' })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Load again' })).toBeInTheDocument();
  });
});

it('what one person has loaded is not shown to the next', () => {
  const client = createQueryClient();
  session.begin(tokenPair());
  client.setQueryData(['contents'], ['mine']);
  session.end();
  expect(client.getQueryData(['contents'])).toBeUndefined();
});
