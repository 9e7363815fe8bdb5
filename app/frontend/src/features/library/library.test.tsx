import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { category, content } from '@/test/data';
import { open } from '@/test/render';

beforeEach(() => {
  db.categories = [category(1, 'Biology'), category(2, 'Korean')];
  db.contents = [
    content(11, 'What is ATP?', { body: 'Energy of the **cell**', category: 1, category_name: 'Biology' }),
    content(12, 'nunchi', { body: 'Reading the room', category: 2, category_name: 'Korean' }),
  ];
});

describe('the list of contents', () => {
  it('shows title, first words and category of each', async () => {
    open('/contents');
    const atp = await screen.findByRole('link', { name: /What is ATP/ });
    expect(atp).toHaveTextContent('Energy of the cell');
    expect(atp).toHaveTextContent('Biology');
    expect(atp).toHaveAttribute('href', '/contents/11');
    expect(screen.getByText('2 contents')).toBeInTheDocument();
  });

  it('is searched when the typing stops', async () => {
    const { user, router } = open('/contents');
    await user.type(await screen.findByRole('searchbox'), 'room');
    await waitFor(() => expect(screen.queryByText('What is ATP?')).not.toBeInTheDocument());
    expect(screen.getByText('nunchi')).toBeInTheDocument();
    expect(router.state.location.search).toBe('?search=room');
  });

  it('is narrowed by category, also by its address', async () => {
    const { user } = open('/contents?category=2');
    expect(await screen.findByText('nunchi')).toBeInTheDocument();
    expect(screen.queryByText('What is ATP?')).not.toBeInTheDocument();
    await screen.findByRole('option', { name: 'Biology' });
    await user.selectOptions(screen.getByLabelText('Category'), 'Biology');
    expect(await screen.findByText('What is ATP?')).toBeInTheDocument();
  });

  it('says when nothing was found', async () => {
    open('/contents?search=nowhere');
    expect(await screen.findByRole('heading', { name: 'Nothing found' })).toBeInTheDocument();
  });

  it('invites to write the first content', async () => {
    db.contents = [];
    open('/contents');
    expect(await screen.findByRole('heading', { name: 'Nothing here yet' })).toBeInTheDocument();
  });

  it('brings further pages when asked', async () => {
    const first = content(1, 'first page');
    const second = content(2, 'second page');
    server.use(
      http.get('*/api/contents/', ({ request }) => {
        const onFirst = new URL(request.url).searchParams.get('page') === '1';
        const next = onFirst ? 'http://resee/api/contents/?page=2' : null;
        return HttpResponse.json({ count: 2, next, previous: null, results: [onFirst ? first : second] });
      }),
    );
    const { user } = open('/contents');
    await user.click(await screen.findByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('second page')).toBeInTheDocument();
    expect(screen.getByText('first page')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument();
  });

  it('says why further pages do not come, and brings them at the next try', async () => {
    server.use(
      http.get('*/api/contents/', ({ request }) => {
        const first = new URL(request.url).searchParams.get('page') === '1';
        const next = first ? 'http://resee/api/contents/?page=2' : null;
        const results = [content(first ? 1 : 2, first ? 'first page' : 'second page')];
        return HttpResponse.json({ count: 2, next, previous: null, results });
      }),
    );
    const { user } = open('/contents');
    await screen.findByText('first page');
    server.use(http.get('*/api/contents/', failure(500, { detail: 'The server failed.' }), { once: true }));
    await user.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('The server failed.');
    expect(screen.getByText('first page')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('second page')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('offers every category, however many pages of them there are', async () => {
    server.use(
      http.get('*/api/categories/', ({ request }) => {
        const number = Number(new URL(request.url).searchParams.get('page'));
        const next = number < 3 ? `http://resee/api/categories/?page=${number + 1}` : null;
        return HttpResponse.json({
          count: 3,
          next,
          previous: null,
          results: [category(number, `No. ${number}`)],
        });
      }),
    );
    open('/contents');
    await screen.findByRole('option', { name: 'No. 3' });
    const names = screen.getAllByRole('option').map(({ textContent }) => textContent);
    expect(names).toEqual(['All categories', 'No. 1', 'No. 2', 'No. 3']);
  });

  it('offers to try again when it does not come', async () => {
    server.use(http.get('*/api/contents/', failure(500, { detail: 'The server failed.' }), { once: true }));
    const { user } = open('/contents');
    expect(await screen.findByRole('alert')).toHaveTextContent('The server failed.');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('nunchi')).toBeInTheDocument();
  });
});

describe('a new content', () => {
  it('is saved and shown', async () => {
    const { user, path } = open('/contents/new');
    await user.type(await screen.findByLabelText('Title'), 'Osmosis');
    await user.selectOptions(
      screen.getByLabelText('Category'),
      await screen.findByRole('option', { name: 'Biology' }),
    );
    await user.type(screen.getByLabelText('What you want to remember'), 'Water **moves**');
    await user.click(screen.getByRole('button', { name: 'Save content' }));
    expect(await screen.findByText('moves')).toBeInTheDocument();
    expect(path()).toBe('/contents/102');
    expect(db.writes[0]).toEqual({
      call: 'POST /api/contents/',
      body: { title: 'Osmosis', body: 'Water **moves**', category: 1 },
    });
  });

  it('counts the characters of its title and refuses too many', async () => {
    const { user } = open('/contents/new');
    const title = await screen.findByLabelText('Title');
    await user.type(title, 'x'.repeat(31));
    expect(title).toHaveAccessibleDescription(/31 of 30 characters/);
    await user.click(screen.getByRole('button', { name: 'Save content' }));
    await waitFor(() => expect(title).toHaveAccessibleDescription('Use at most 30 characters.'));
    expect(screen.getByLabelText('What you want to remember')).toBeInvalid();
    expect(db.writes).toEqual([]);
  });

  it("shows the server's words beside the field and keeps what was written", async () => {
    server.use(http.post('*/api/contents/', failure(400, { title: ['Not this one.'] })));
    const { user } = open('/contents/new');
    await user.type(await screen.findByLabelText('Title'), 'Osmosis');
    await user.type(screen.getByLabelText('What you want to remember'), 'Water');
    await user.click(screen.getByRole('button', { name: 'Save content' }));
    expect(await screen.findByText('Not this one.')).toBeInTheDocument();
    expect(screen.getByLabelText('What you want to remember')).toHaveValue('Water');
  });

  it('is previewed as it will look', async () => {
    const { user } = open('/contents/new');
    await user.type(await screen.findByLabelText('What you want to remember'), 'Water **moves**');
    await user.click(screen.getByRole('button', { name: 'Preview' }));
    const preview = await screen.findByRole('region', { name: 'Preview' });
    expect((await within(preview).findByText('moves')).tagName).toBe('STRONG');
    await user.click(screen.getByRole('button', { name: 'Write' }));
    expect(screen.getByLabelText('What you want to remember')).toHaveValue('Water **moves**');
  });

  it('is left out when cancelled', async () => {
    const { user, path } = open('/contents/new');
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(path()).toBe('/contents');
  });
});

describe('one content', () => {
  it('is changed', async () => {
    const { user } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    const title = screen.getByLabelText('Title');
    expect(title).toHaveValue('What is ATP?');
    await screen.findByRole('option', { name: 'Biology' });
    expect(screen.getByLabelText('Category')).toHaveDisplayValue('Biology');
    await user.clear(title);
    await user.type(title, 'ATP');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('heading', { name: 'ATP' })).toBeInTheDocument();
    expect(db.writes[0]?.body).toEqual({ title: 'ATP', body: 'Energy of the **cell**', category: 1 });
  });

  it('is deleted only after a question', async () => {
    const { user, path } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    const dialog = screen.getByRole('dialog', { name: 'Delete “What is ATP?”?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(db.writes).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(path()).toBe('/contents'));
    expect(db.writes).toEqual([{ call: 'DELETE /api/contents/11/', body: {} }]);
  });

  it.each(['99', 'abc', '-1'])(
    'of somebody else, or deleted, or of no number (%s), is not found',
    async (id) => {
      open(`/contents/${id}`);
      expect(await screen.findByRole('alert')).toHaveTextContent('Not found.');
    },
  );

  it('says why it could not be deleted, and is still there', async () => {
    server.use(http.delete('*/api/contents/:id/', failure(500, { detail: 'The server failed.' })));
    const { user, path } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('The server failed.');
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(screen.getByRole('heading', { name: 'What is ATP?' })).toBeVisible();
    expect(path()).toBe('/contents/11');
  });
});
