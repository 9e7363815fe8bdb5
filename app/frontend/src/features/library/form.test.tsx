/** Writing a content: its limits are the server's, and no word of the server is lost. */
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { session } from '@/lib/session';
import { db, failure, server } from '@/test/backend';
import { category, content, tokenPair } from '@/test/data';
import { open } from '@/test/render';

const BODY = 'What you want to remember';

beforeEach(() => {
  db.categories = [category(1, 'Biology')];
  db.contents = [content(11, 'ATP', { body: 'Energy', category: 1, category_name: 'Biology' })];
});

async function openForm() {
  const view = open('/contents/new');
  const title = await screen.findByLabelText('Title');
  const save = () => view.user.click(screen.getByRole('button', { name: 'Save content' }));
  const write = (value: string) => fireEvent.change(title, { target: { value } });
  return { ...view, title, save, write };
}

describe('the title', () => {
  it.each([
    ['🌱'.repeat(30), 30, true],
    ['🌱'.repeat(31), 31, false],
    ['각'.repeat(30), 30, true],
  ])('%s has %i characters, as the server counts them', async (text, length, fits) => {
    const { user, title, save, write } = await openForm();
    write(text);
    await user.type(screen.getByLabelText(BODY), 'x');
    await waitFor(() => expect(title).toHaveAccessibleDescription(new RegExp(`${length} of 30 characters`)));
    await save();
    if (fits) {
      await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ title: text }));
    } else {
      expect(await screen.findByText('Use at most 30 characters.')).toBeInTheDocument();
      expect(db.writes).toEqual([]);
    }
  });

  it('of blanks alone is none', async () => {
    const { user, title, save, write } = await openForm();
    write('   ');
    await user.type(screen.getByLabelText(BODY), 'x');
    await save();
    await waitFor(() => expect(title).toBeInvalid());
    expect(db.writes).toEqual([]);
  });
});

describe('the text', () => {
  it.each([
    ['🌱'.repeat(100_000), true],
    ['x'.repeat(100_001), false],
    [' \n ', false],
  ])('is checked before it is sent', async (text, fits) => {
    const { save, write } = await openForm();
    write('Osmosis');
    const body = screen.getByLabelText(BODY);
    fireEvent.change(body, { target: { value: text } });
    await save();
    if (fits) {
      await waitFor(() => expect(db.writes).toHaveLength(1));
    } else {
      await waitFor(() => expect(body).toBeInvalid());
      expect(body).toHaveFocus();
      expect(db.writes).toEqual([]);
    }
  });
});

describe('the preview', () => {
  it('does not hide that the text is missing', async () => {
    const { user, save, write } = await openForm();
    write('Osmosis');
    await user.click(screen.getByRole('button', { name: 'Preview' }));
    await save();
    expect(await screen.findByText('This field is needed.')).toBeVisible();
    expect(screen.getByLabelText(BODY)).toBeVisible();
    expect(db.writes).toEqual([]);
  });

  it('does not hide what the server says of the text', async () => {
    server.use(http.post('*/api/contents/', failure(400, { body: ['Null characters are not allowed.'] })));
    const { user, save, write } = await openForm();
    write('Osmosis');
    await user.type(screen.getByLabelText(BODY), 'Water');
    await user.click(screen.getByRole('button', { name: 'Preview' }));
    await save();
    expect(await screen.findByText('Null characters are not allowed.')).toBeVisible();
  });

  it('is of what is written now', async () => {
    const { user } = await openForm();
    for (const word of ['first', 'second']) {
      const text = screen.getByLabelText(BODY);
      await user.clear(text);
      await user.type(text, word);
      await user.click(screen.getByRole('button', { name: 'Preview' }));
      expect(await screen.findByText(word, { selector: '.prose-note p' })).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Write' }));
    }
  });
});

describe('saving', () => {
  it('sends once, however often it is pressed', async () => {
    const { user, save, write, path } = await openForm();
    write('Osmosis');
    await user.type(screen.getByLabelText(BODY), 'Water');
    await Promise.all([save(), save()]);
    await waitFor(() => expect(path()).toBe('/contents/101'));
    expect(db.writes).toHaveLength(1);
  });

  it('loses nothing when the session has to be renewed meanwhile', async () => {
    const { user, save, write } = await openForm();
    write('Osmosis');
    await user.type(screen.getByLabelText(BODY), 'Water');
    session.begin(tokenPair('ended', 0));
    await save();
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ title: 'Osmosis', body: 'Water' }));
    expect(session.refreshToken()).toBe('refresh-renewed');
  });

  it('can be tried again when the server was away', async () => {
    server.use(http.post('*/api/contents/', failure(503, {}), { once: true }));
    const { user, save, write } = await openForm();
    write('Osmosis');
    await user.type(screen.getByLabelText(BODY), 'Water');
    await save();
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached');
    await save();
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ title: 'Osmosis', body: 'Water' }));
  });

  it('takes a content out of its category', async () => {
    const { user } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    await screen.findByRole('option', { name: 'Biology' });
    await user.selectOptions(screen.getByLabelText('Category'), 'No category');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ category: null }));
  });

  it('says that the category is gone, beside the category', async () => {
    server.use(
      http.patch('*/api/contents/:id/', () =>
        HttpResponse.json({ category: ['You have no category with this id.'] }, { status: 400 }),
      ),
    );
    const { user } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(screen.getByLabelText('Category')).toHaveAccessibleDescription(
        'You have no category with this id.',
      ),
    );
  });

  it('leaves the content as it was when the change is cancelled', async () => {
    const { user } = open('/contents/11');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    await user.type(screen.getByLabelText('Title'), ' changed');
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('heading', { name: 'ATP' })).toBeInTheDocument();
    expect(db.writes).toEqual([]);
  });
});
