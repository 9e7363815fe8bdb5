import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { changeLanguage } from '@/lib/i18n';
import { session } from '@/lib/session';
import { db, failure, server } from '@/test/backend';
import { tokenPair } from '@/test/data';
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

  it('keeps what was typed after a failure, and lets in at the next try', async () => {
    server.use(http.post('*/api/auth/token/', failure(401, { detail: 'No.' }), { once: true }));
    const { user, path } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    await screen.findByRole('alert');
    expect(screen.getByLabelText('E-mail')).toHaveValue('ann@example.com');
    expect(screen.getByLabelText('Password')).toHaveValue('correct horse');
    await user.click(screen.getByRole('button', { name: 'Log in' }));
    await waitFor(() => expect(path()).toBe('/'));
  });

  it.each([
    ['the server is away', () => HttpResponse.json({}, { status: 503 })],
    ['there is no connection', () => HttpResponse.error()],
  ])('says that %s, and nothing of a wrong password', async (_, answer) => {
    server.use(http.post('*/api/auth/token/', answer));
    const { user } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Resee cannot be reached.');
    expect(session.isActive()).toBe(false);
  });

  it('is asked once, however often it is pressed', async () => {
    let asked = 0;
    let letIn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    server.use(
      http.post('*/api/auth/token/', async () => {
        asked += 1;
        await held;
        return HttpResponse.json(tokenPair());
      }),
    );
    const { user, path } = openGuest('/login');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    const button = screen.getByRole('button', { name: 'Log in' });
    await waitFor(() => expect(button).toBeDisabled());
    await user.click(button);
    letIn();
    await waitFor(() => expect(path()).toBe('/'));
    expect(asked).toBe(1);
  });

  it('comes back to an address with its search', async () => {
    const { user, router } = openGuest('/contents?search=atp&category=2');
    await user.type(await screen.findByLabelText('E-mail'), 'ann@example.com');
    await user.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    await screen.findByRole('heading', { level: 1, name: 'Contents' });
    expect(router.state.location.search).toBe('?search=atp&category=2');
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

  it('in Korean makes a user who is written to in Korean', async () => {
    const { user } = openGuest('/register');
    await user.selectOptions(await screen.findByLabelText('Language'), '한국어');
    await user.type(await screen.findByLabelText('이메일'), 'new@example.com');
    await user.type(screen.getByLabelText('비밀번호'), 'correct horse');
    await user.type(screen.getByLabelText('비밀번호 확인'), 'correct horse{Enter}');
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ language: 'ko' }));
    await changeLanguage('en');
  });

  it('says that the server is away, and makes no session', async () => {
    server.use(http.post('*/api/accounts/users/register/', failure(503, {})));
    const { path } = await fill('correct horse', 'correct horse');
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached');
    expect(path()).toBe('/register');
    expect(session.isActive()).toBe(false);
  });

  it('leads to the login and back', async () => {
    const { user, path } = openGuest('/register');
    await user.click(await screen.findByRole('link', { name: 'Log in' }));
    await waitFor(() => expect(path()).toBe('/login'));
    await user.click(await screen.findByRole('link', { name: 'Sign up' }));
    await waitFor(() => expect(path()).toBe('/register'));
  });

  it('can show what was typed, and hide it again, one field at a time', async () => {
    const { user } = openGuest('/register');
    const [toggle] = (await screen.findAllByRole('button', { name: 'Show the password' })) as [HTMLElement];
    const password = screen.getByLabelText('Password');
    await user.type(password, 'correct horse');
    expect(password).toHaveAttribute('type', 'password');
    await user.click(toggle);
    expect(password).toHaveAttribute('type', 'text');
    expect(toggle).toHaveAttribute('aria-pressed', 'true');
    expect(screen.getByLabelText('Password again')).toHaveAttribute('type', 'password');
    await user.click(toggle);
    expect(password).toHaveAttribute('type', 'password');
    expect(password).toHaveValue('correct horse');
  });
});
