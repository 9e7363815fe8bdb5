/** The list of categories: added, renamed and deleted in place. */
import { screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { category } from '@/test/data';
import { open } from '@/test/render';

beforeEach(() => {
  db.categories = [category(1, 'Biology'), category(2, 'Korean')];
});

describe('categories', () => {
  it('are added, and the field is ready for the next', async () => {
    const { user } = open('/categories');
    const field = await screen.findByLabelText('New category');
    await user.type(field, 'History{Enter}');
    expect(await screen.findByRole('link', { name: 'History' })).toBeInTheDocument();
    expect(field).toHaveValue('');
  });

  it('are renamed', async () => {
    const { user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: 'Rename Biology' }));
    const field = screen.getByLabelText('Name');
    await user.clear(field);
    await user.type(field, 'Life{Enter}');
    expect(await screen.findByRole('link', { name: 'Life' })).toHaveAttribute('href', '/contents?category=1');
  });

  it('keep their name when renaming is left, and the name that was typed is forgotten', async () => {
    const { user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: 'Rename Biology' }));
    await user.type(screen.getByLabelText('Name'), ' and more');
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.getByRole('link', { name: 'Biology' })).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Rename Biology' }));
    expect(screen.getByLabelText('Name')).toHaveValue('Biology');
    expect(db.writes).toEqual([]);
  });

  it.each([
    ['   ', 'This field is needed.'],
    ['각'.repeat(51), 'Use at most 50 characters.'],
  ])('are not called "%s"', async (name, why) => {
    const { user } = open('/categories');
    const field = await screen.findByLabelText('New category');
    await user.click(field);
    await user.paste(name);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(field).toHaveAccessibleDescription(why));
    expect(db.writes).toEqual([]);
  });

  it('say beside the field why one is not renamed, and stay open', async () => {
    server.use(http.patch('*/api/categories/:id/', failure(400, { name: ['You have this one.'] })));
    const { user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: 'Rename Biology' }));
    const field = screen.getByLabelText('Name');
    await user.clear(field);
    await user.type(field, 'Korean{Enter}');
    await waitFor(() => expect(field).toHaveAccessibleDescription('You have this one.'));
    expect(field).toHaveValue('Korean');
    expect(field).toHaveFocus();
  });

  it('say that the server is away, and keep what was typed', async () => {
    server.use(http.post('*/api/categories/', failure(503, {}), { once: true }));
    const { user } = open('/categories');
    const field = await screen.findByLabelText('New category');
    await user.type(field, 'History{Enter}');
    await waitFor(() => expect(field).toHaveAccessibleDescription(/cannot be reached/));
    expect(field).toHaveValue('History');
    await user.type(field, '{Enter}');
    expect(await screen.findByRole('link', { name: 'History' })).toBeInTheDocument();
  });

  it('are deleted after a question', async () => {
    const { user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: 'Delete Korean' }));
    const dialog = screen.getByRole('dialog', { name: 'Delete the category “Korean”?' });
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(screen.queryByRole('link', { name: 'Korean' })).not.toBeInTheDocument());
  });

  it('say when a name is taken', async () => {
    server.use(http.post('*/api/categories/', failure(400, { name: ['You have this one.'] })));
    const { user } = open('/categories');
    await user.type(await screen.findByLabelText('New category'), 'biology{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('You have this one.');
  });

  it('keep the dialog open when the server is away', async () => {
    server.use(http.delete('*/api/categories/:id/', failure(503, {})));
    const { user } = open('/categories');
    await user.click(await screen.findByRole('button', { name: 'Delete Korean' }));
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('cannot be reached');
    expect(dialog).toBeVisible();
  });

  it('are explained when there are none', async () => {
    db.categories = [];
    open('/categories');
    expect(await screen.findByRole('heading', { name: 'No categories yet' })).toBeInTheDocument();
  });
});
