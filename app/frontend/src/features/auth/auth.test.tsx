import { screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { session } from '@/lib/session';
import { db, failure, server } from '@/test/backend';
import { open, openGuest } from '@/test/render';

describe('logging in', () => {
  it('starts a session and goes to the dashboard', async () => {
    const { user, path } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse');
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    await waitFor(() => expect(path()).toBe('/'));
    expect(session.isActive()).toBe(true);
  });

  it('goes on to the page that was asked for', async () => {
    const { user, path } = openGuest('/contents/new');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    await waitFor(() => expect(path()).toBe('/contents/new'));
  });

  it('says that e-mail or password is wrong', async () => {
    server.use(http.post('*/api/auth/token/', failure(401, { detail: 'No active account found' })));
    const { user, path } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('E-mail or password is wrong.');
    expect(path()).toBe('/login');
  });

  it('says when there were too many attempts', async () => {
    server.use(http.post('*/api/auth/token/', failure(429, { detail: 'Request was throttled.' })));
    const { user } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Too many requests');
  });

  it('sends nothing while a field is empty', async () => {
    const { user } = openGuest('/login');
    await user.click(await screen.findByRole('button', { name: 'Log in' }));
    expect(await screen.findAllByText('This field is needed.')).toHaveLength(2);
    expect(screen.getByLabelText('E-mail')).toBeInvalid();
  });

  it('is not offered to whoever is logged in', async () => {
    const { path } = open('/login');
    await waitFor(() => expect(path()).toBe('/'));
  });
});

describe('signing up', () => {
  async function fill(password: string, again: string) {
    const view = openGuest('/register');
    await view.user.type(await screen.findByLabelText('E-mail'), 'new@example.com');
    await view.user.type(screen.getByLabelText('Password'), password);
    await view.user.type(screen.getByLabelText('Password again'), again);
    await view.user.click(screen.getByRole('button', { name: 'Create account' }));
    return view;
  }

  it('makes a user in the time zone of the browser and logs in', async () => {
    const { path } = await fill('correct horse', 'correct horse');
    await waitFor(() => expect(path()).toBe('/'));
    expect(db.writes[0]).toEqual({
      call: 'POST /api/accounts/users/register/',
      body: {
        email: 'new@example.com',
        password: 'correct horse',
        password_confirm: 'correct horse',
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        language: 'en',
      },
    });
  });

  it('refuses different and short passwords itself', async () => {
    await fill('short', 'other');
    expect(await screen.findByText('Use at least 8 characters.')).toBeInTheDocument();
    expect(screen.getByText('The two passwords differ.')).toBeInTheDocument();
    expect(db.writes).toEqual([]);
  });

  it("puts the server's words beside their field", async () => {
    const taken = 'A user with this e-mail address exists already.';
    server.use(http.post('*/api/accounts/users/register/', failure(400, { email: [taken] })));
    await fill('correct horse', 'correct horse');
    expect(await screen.findByText(taken)).toBeInTheDocument();
    expect(screen.getByLabelText('E-mail')).toHaveAccessibleDescription(taken);
  });

  it('can show what was typed', async () => {
    const { user } = openGuest('/register');
    const [toggle] = await screen.findAllByRole('button', { name: 'Show the password' });
    expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'password');
    await user.click(toggle as HTMLElement);
    expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
  });
});
