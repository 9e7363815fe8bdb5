/** Searching while typing: the address follows, the field stays the typist's. */
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, server } from '@/test/backend';
import { category, content } from '@/test/data';
import { open } from '@/test/render';

beforeEach(() => {
  db.categories = [category(1, 'Biology'), category(2, 'Korean')];
  db.contents = [
    content(11, 'What is ATP?', { body: 'Energy', category: 1 }),
    content(12, '눈치', { body: 'Reading the room', category: 2 }),
  ];
});

async function field() {
  return screen.findByRole<HTMLInputElement>('searchbox');
}

/** What the list was asked for, in order. */
function asked() {
  const searches: (string | null)[] = [];
  server.events.on('request:start', ({ request }) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/api/contents/') {
      searches.push(searchParams.get('search'));
    }
  });
  return searches;
}

describe('the search', () => {
  it('takes letters in the middle of a word, where the caret is', async () => {
    const { user, router } = open('/contents?search=rm');
    await user.type(await field(), 'oo', { initialSelectionStart: 1, initialSelectionEnd: 1 });
    expect(await field()).toHaveValue('room');
    await waitFor(() => expect(router.state.location.search).toBe('?search=room'));
  });

  it('leaves a syllable that is being composed alone', async () => {
    open('/contents');
    await screen.findByText('What is ATP?');
    const input = await field();
    fireEvent.compositionStart(input);
    for (const value of ['ㄴ', '누', '눈']) {
      fireEvent.change(input, { target: { value } });
      // An input method loses its place when somebody writes into the field under it.
      expect(input).toHaveValue(value);
    }
    fireEvent.compositionEnd(input);
    await waitFor(() => expect(screen.queryByText('What is ATP?')).not.toBeInTheDocument());
    expect(await screen.findByText('눈치')).toBeInTheDocument();
  });

  it('asks once for what was typed at a stretch', async () => {
    const searches = asked();
    const { user } = open('/contents');
    await screen.findByText('눈치');
    await user.type(await field(), 'energy');
    await waitFor(() => expect(screen.queryByText('눈치')).not.toBeInTheDocument());
    expect(searches).toEqual([null, 'energy']);
  });

  it('sends characters with a meaning in addresses as they were typed', async () => {
    const searches = asked();
    const { user } = open('/contents');
    await user.type(await field(), 'a&b=c #1+%');
    await waitFor(() => expect(searches).toContain('a&b=c #1+%'));
  });

  it('keeps the hits of before until the new ones are there', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { user } = open('/contents');
    await screen.findByText('눈치');
    server.use(
      http.get('*/api/contents/', async () => {
        await held;
        return HttpResponse.json({ count: 0, next: null, previous: null, results: [] });
      }),
    );
    const searches = asked();
    await user.type(await field(), 'nothing');
    await waitFor(() => expect(searches).toEqual(['nothing']));
    expect(screen.getByText('눈치')).toBeInTheDocument();
    answer();
    expect(await screen.findByRole('heading', { name: 'Nothing found' })).toBeInTheDocument();
  });

  it('shows what was asked for last, though an older answer comes later', async () => {
    let late: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      late = resolve;
    });
    server.use(
      http.get('*/api/contents/', async ({ request }) => {
        const search = new URL(request.url).searchParams.get('search') ?? '';
        if (search === 'old') {
          await held;
        }
        const results = [content(1, `for "${search}"`)];
        return HttpResponse.json({ count: 1, next: null, previous: null, results });
      }),
    );
    const searches = asked();
    const { user } = open('/contents');
    await user.type(await field(), 'old');
    await waitFor(() => expect(searches).toContain('old'));
    await user.clear(await field());
    await user.type(await field(), 'new');
    expect(await screen.findByText('for "new"')).toBeInTheDocument();
    late();
    await waitFor(() => expect(searches.at(-1)).toBe('new'));
    expect(screen.getByText('for "new"')).toBeInTheDocument();
    expect(screen.queryByText('for "old"')).not.toBeInTheDocument();
  });

  it('and the category are asked for together', async () => {
    const { user, router } = open('/contents?search=room');
    await screen.findByRole('option', { name: 'Biology' });
    await user.selectOptions(screen.getByLabelText('Category'), 'Biology');
    expect(await screen.findByRole('heading', { name: 'Nothing found' })).toBeInTheDocument();
    expect(router.state.location.search).toBe('?search=room&category=1');
    await user.selectOptions(screen.getByLabelText('Category'), 'Korean');
    expect(await screen.findByText('눈치')).toBeInTheDocument();
    expect(await field()).toHaveValue('room');
  });

  it('is emptied with the field', async () => {
    const { user, router } = open('/contents?search=energy&category=1');
    await user.clear(await field());
    await waitFor(() => expect(router.state.location.search).toBe('?category=1'));
  });

  it('follows the address when one goes to another search', async () => {
    const { router } = open('/contents?search=energy');
    expect(await field()).toHaveValue('energy');
    await router.navigate('/contents?search=room');
    await waitFor(async () => expect(await field()).toHaveValue('room'));
    expect(await screen.findByText('눈치')).toBeInTheDocument();
  });

  it.each(['abc', '0', '-1', '1.5'])('takes the category "%s" of an address as none', async (odd) => {
    open(`/contents?category=${odd}`);
    expect(await screen.findByText('What is ATP?')).toBeInTheDocument();
    expect(screen.getByText('눈치')).toBeInTheDocument();
    expect(screen.getByLabelText('Category')).toHaveDisplayValue('All categories');
  });
});
