/** The frame around the pages: where one is, where the focus is, the connection, and pages that break. */
import { onlineManager } from '@tanstack/react-query';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { createMemoryRouter, type RouteObject, RouterProvider } from 'react-router';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { changeLanguage } from '@/lib/i18n';
import { session } from '@/lib/session';
import { db, failure, server } from '@/test/backend';
import { category, content } from '@/test/data';
import { open, openGuest } from '@/test/render';
import { routes } from './routes';

function Broken(): never {
  throw new TypeError('x is undefined');
}

describe('the navigation', () => {
  it.each([
    ['/', 'Dashboard'],
    ['/review', 'Review'],
    ['/contents/11', 'Contents'],
    ['/contents/new', 'Contents'],
    ['/categories', 'Categories'],
  ])('of %s shows that one is at %s, at the side and at the bottom', async (path, name) => {
    db.contents = [content(11, 'ATP')];
    open(path);
    await screen.findByRole('heading', { level: 1 });
    const places = screen.getAllByRole('navigation', { name: 'Main' });
    expect(places).toHaveLength(2);
    for (const place of places) {
      const current = within(place)
        .getAllByRole('link')
        .filter((link) => link.getAttribute('aria-current') === 'page');
      expect(current.map(({ textContent }) => textContent)).toEqual([name]);
    }
  });

  it('leads on from an address where nothing is', async () => {
    const { user, path } = open('/nowhere');
    await user.click(await screen.findByRole('link', { name: 'To the dashboard' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Dashboard' })).toBeInTheDocument();
    expect(path()).toBe('/');
  });
});

describe('the focus', () => {
  it('stays where the browser put it when the first page opens', async () => {
    open('/categories');
    await screen.findByRole('heading', { level: 1, name: 'Categories' });
    expect(document.body).toHaveFocus();
  });

  it('stays in the search while the address follows what is typed', async () => {
    const { user, router } = open('/contents');
    const field = await screen.findByRole('searchbox');
    await user.type(field, 'atp');
    await waitFor(() => expect(router.state.location.search).toBe('?search=atp'));
    expect(field).toHaveFocus();
  });

  it('goes past the navigation by the first tab stop', async () => {
    const { user } = open('/categories');
    await screen.findByRole('heading', { level: 1 });
    await user.tab();
    const skip = screen.getByRole('link', { name: 'Skip to the page' });
    expect(skip).toHaveFocus();
    expect(document.querySelector(skip.getAttribute('href') ?? '')).toBe(screen.getByRole('main'));
  });
});

describe('the connection', () => {
  const say = (what: 'online' | 'offline') => act(() => void window.dispatchEvent(new Event(what)));

  it('is missed and found again when the browser says so', async () => {
    open('/categories');
    await screen.findByRole('heading', { level: 1 });
    expect(screen.queryByText(/You are offline/)).not.toBeInTheDocument();
    say('offline');
    expect(screen.getByText(/You are offline/)).toBeInTheDocument();
    say('online');
    expect(screen.queryByText(/You are offline/)).not.toBeInTheDocument();
  });

  it('is said aloud: the notice stands in a region that was there before', async () => {
    open('/categories');
    await screen.findByRole('heading', { level: 1 });
    const regions = screen.getAllByRole('status');
    act(() => onlineManager.setOnline(false));
    expect(regions).toContain(screen.getByText(/You are offline/).closest('[role=status]'));
  });

  it('that is lost ends no session', async () => {
    const { router, path } = open('/categories');
    await screen.findByRole('heading', { level: 1 });
    say('offline');
    await router.navigate('/profile');
    await screen.findByRole('heading', { name: 'Waiting for a connection' });
    expect(path()).toBe('/profile');
    expect(session.isActive()).toBe(true);
    say('online');
    expect(await screen.findByText('ann@example.com')).toBeInTheDocument();
  });
});

describe('logging out', () => {
  it('works without the server: this machine forgets at once', async () => {
    server.use(http.post('*/api/auth/token/blacklist/', failure(503, {})));
    const { user, path } = open('/');
    const [button] = await screen.findAllByRole('button', { name: 'Log out' });
    await user.click(button as HTMLElement);
    await waitFor(() => expect(path()).toBe('/login'));
    expect(localStorage.getItem('resee.refresh')).toBeNull();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('shows nothing of the one person to the next', async () => {
    db.categories = [category(1, "Ann's secret")];
    const { user } = open('/categories');
    await screen.findByText("Ann's secret");
    const [button] = screen.getAllByRole('button', { name: 'Log out' });
    await user.click(button as HTMLElement);
    await user.type(await screen.findByLabelText('E-mail'), 'bob@example.com');
    server.use(http.get('*/api/categories/', failure(500, { detail: 'The server failed.' })));
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    const [link] = await screen.findAllByRole('link', { name: 'Categories' });
    await user.click(link as HTMLElement);
    expect(await screen.findByRole('alert')).toHaveTextContent('The server failed.');
    expect(screen.queryByText("Ann's secret")).not.toBeInTheDocument();
  });
});

describe('a page that breaks', () => {
  function openBroken() {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const router = createMemoryRouter([
      { ...routes[0], children: [{ path: '/', Component: Broken }] } as RouteObject,
    ]);
    render(<RouterProvider router={router} />);
  }

  it('is explained, and nothing of the failure is shown', async () => {
    openBroken();
    expect(await screen.findByRole('heading', { name: 'This page did not load' })).toBeInTheDocument();
    expect(document.body).not.toHaveTextContent('undefined');
  });

  it('is loaded again when asked', async () => {
    const { location } = window;
    const reload = vi.fn();
    vi.stubGlobal('location', { ...location, reload });
    openBroken();
    (await screen.findByRole('button', { name: 'Load again' })).click();
    vi.stubGlobal('location', location);
    expect(reload).toHaveBeenCalledOnce();
  });
});

describe('the language', () => {
  afterEach(() => changeLanguage('en'));

  it('that is chosen is that of the title and of the notice, too', async () => {
    open('/categories');
    await screen.findByRole('heading', { level: 1, name: 'Categories' });
    act(() => onlineManager.setOnline(false));
    await act(() => changeLanguage('ko'));
    expect(await screen.findByRole('heading', { level: 1, name: '카테고리' })).toBeInTheDocument();
    expect(document.title).toBe('카테고리 · Resee');
    expect(screen.getByText(/오프라인/)).toBeInTheDocument();
  });

  it('is chosen before a login as well, and stays', async () => {
    const { user } = openGuest('/login');
    await user.selectOptions(await screen.findByLabelText('Language'), '한국어');
    await user.type(await screen.findByLabelText('이메일'), 'ann@example.com');
    await user.type(screen.getByLabelText('비밀번호'), 'correct horse{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: '대시보드' })).toBeInTheDocument();
    expect(localStorage.getItem('resee.language')).toBe('ko');
  });
});
