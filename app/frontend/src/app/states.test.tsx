/** Axe on what a page becomes under the hands: errors, questions, turned cards, guests' pages. */
import { onlineManager } from '@tanstack/react-query';
import { act, screen, waitFor } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { http } from 'msw';
import { beforeEach, expect, it, vi } from 'vitest';
import { complaints } from '@/test/axe';
import { db, failure, server } from '@/test/backend';
import { category, content, schedule } from '@/test/data';
import { open, openGuest } from '@/test/render';

beforeEach(() => {
  // axe looks at each of the four hundred options of a browser for a second in all.
  vi.spyOn(Intl, 'supportedValuesOf').mockReturnValue(['Asia/Seoul', 'Europe/Berlin']);
  const atp = content(11, 'ATP', {
    body: 'Energy\n\n```\nadp + p\n```',
    category: 1,
    category_name: 'Biology',
  });
  db.contents = [atp];
  db.categories = [category(1, 'Biology')];
  db.today = [schedule(1, atp)];
});

const press = async (user: UserEvent, name: string) =>
  user.click(await screen.findByRole('button', { name }));

it.each([
  ['/login', 'Log in'],
  ['/register', 'Create account'],
])('the guests’ page %s has no fault, neither empty nor with errors', async (path, button) => {
  const { container, user } = openGuest(path);
  await screen.findByRole('button', { name: button });
  expect(await complaints(container)).toEqual([]);
  await press(user, button);
  expect((await screen.findAllByRole('alert'))[0]).toBeInTheDocument();
  expect(await complaints(container)).toEqual([]);
});

/** Where it is, how one comes there, and what is there then. */
const STATES: [string, string, (user: UserEvent) => Promise<unknown>, () => Promise<unknown>][] = [
  [
    'a turned card with its answers and notes',
    '/review',
    (user) => press(user, 'Show the answer'),
    () => screen.findByText('adp + p'),
  ],
  [
    'the end of a sitting',
    '/review',
    async (user) => {
      await press(user, 'Show the answer');
      await press(user, 'Remembered');
    },
    () => screen.findByRole('heading', { name: 'Done for today' }),
  ],
  [
    'an answer that was not taken',
    '/review',
    async (user) => {
      server.use(http.post('*/api/review/complete/', failure(503, {})));
      await press(user, 'Show the answer');
      await press(user, 'Forgot');
    },
    () => screen.findByRole('alert'),
  ],
  [
    'a question before something is deleted',
    '/contents/11',
    (user) => press(user, 'Delete'),
    () => screen.findByRole('dialog'),
  ],
  [
    'a content that is changed',
    '/contents/11',
    (user) => press(user, 'Edit'),
    () => screen.findByLabelText('Title'),
  ],
  [
    'a form with errors',
    '/contents/new',
    (user) => press(user, 'Save content'),
    () => waitFor(() => expect(screen.getByLabelText('Title')).toBeInvalid()),
  ],
  [
    'a preview',
    '/contents/new',
    async (user) => {
      await user.type(await screen.findByLabelText('What you want to remember'), '- [[x] done');
      await press(user, 'Preview');
    },
    () => screen.findByRole('checkbox', { name: 'Done' }),
  ],
  [
    'a category that is renamed',
    '/categories',
    (user) => press(user, 'Rename Biology'),
    () => screen.findByLabelText('Name'),
  ],
  [
    'a search without hits',
    '/contents?search=nowhere',
    () => Promise.resolve(),
    () => screen.findByRole('heading', { name: 'Nothing found' }),
  ],
  [
    'a profile that the server refuses',
    '/profile',
    async (user) => {
      const refused = failure(400, { time_zone: ['Not a time zone.'] });
      server.use(http.patch('*/api/accounts/profile/', refused));
      await user.selectOptions(await screen.findByLabelText('Time zone'), 'Europe/Berlin');
      await press(user, 'Save');
    },
    () => screen.findByText('Not a time zone.'),
  ],
  [
    'a lost connection',
    '/categories',
    async () => {
      await screen.findByText('Biology');
      act(() => onlineManager.setOnline(false));
    },
    () => screen.findByText(/You are offline/),
  ],
];

it.each(STATES)('%s has no fault', async (_, path, come, there) => {
  const { container, user } = open(path);
  await come(user);
  await there();
  expect(await complaints(container)).toEqual([]);
});
