import { HttpResponse, http as mock } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, server } from '@/test/backend';
import { tokenPair } from '@/test/data';
import { ApiError, ConnectionError } from './errors';
import { http } from './http';
import { changeLanguage } from './i18n';
import { session } from './session';

const THING = '*/api/things/';

beforeEach(() => session.begin(tokenPair('first')));

/** Answers 401 until the renewed token comes; returns the bodies and tokens that arrived. */
function refusingOldTokens() {
  const seen: { token: string | null; body: string }[] = [];
  server.use(
    mock.all(THING, async ({ request }) => {
      const token = request.headers.get('Authorization');
      seen.push({ token, body: await request.text() });
      const renewed = token?.endsWith('.renewed');
      return renewed ? HttpResponse.json({ ok: true }) : HttpResponse.json({ detail: 'no' }, { status: 401 });
    }),
  );
  return seen;
}

describe('calls', () => {
  it('carry the token, the query and the body', async () => {
    server.use(
      mock.post(THING, async ({ request }) =>
        HttpResponse.json({ auth: request.headers.get('Authorization'), body: await request.json() }),
      ),
      mock.get(THING, ({ request }) => HttpResponse.json(new URL(request.url).search)),
    );
    expect(await http.post('things/', { a: 1 })).toEqual({
      auth: `Bearer ${tokenPair('first').access}`,
      body: { a: 1 },
    });
    expect(await http.get('things/', { page: 2, search: 'a b' })).toBe('?page=2&search=a+b');
  });

  it.each(['ko', 'en'] as const)(
    'say that the page is in the language %s, also when repeated',
    async (language) => {
      const spoken: (string | null)[] = [];
      server.use(
        mock.post(THING, ({ request }) => {
          spoken.push(request.headers.get('Accept-Language'));
          const renewed = request.headers.get('Authorization')?.endsWith('.renewed');
          return HttpResponse.json({}, { status: renewed ? 200 : 401 });
        }),
      );
      await changeLanguage(language);
      await http.post('things/', {});
      await changeLanguage('en');
      expect(spoken).toEqual([language, language]);
    },
  );

  it('answer nothing for 204', async () => {
    server.use(mock.delete(THING, () => new HttpResponse(null, { status: 204 })));
    expect(await http.delete('things/')).toBeUndefined();
  });

  it('renew the token after a 401 and send the same body again', async () => {
    const seen = refusingOldTokens();
    expect(await http.post('things/', { title: 'kept' })).toEqual({ ok: true });
    expect(seen.map(({ body }) => body)).toEqual(['{"title":"kept"}', '{"title":"kept"}']);
    expect(seen[1]?.token).toContain('.renewed');
  });

  it('end the session when the renewal is refused', async () => {
    server.use(
      mock.get(THING, failure(401, { detail: 'no' })),
      mock.post('*/api/auth/token/refresh/', failure(401, {})),
    );
    await expect(http.get('things/')).rejects.toMatchObject({ status: 401 });
    expect(session.isActive()).toBe(false);
  });
});

describe('calls of a guest', () => {
  beforeEach(() => session.end());

  it('carry no token, and are not repeated when they are refused', async () => {
    const tokens: (string | null)[] = [];
    server.use(
      mock.post(THING, ({ request }) => {
        tokens.push(request.headers.get('Authorization'));
        return HttpResponse.json({ detail: 'Wrong.' }, { status: 401 });
      }),
    );
    await expect(http.post('things/', {})).rejects.toMatchObject({ status: 401, message: 'Wrong.' });
    expect(tokens).toEqual([null]);
  });
});

describe('a token that does not help', () => {
  it('is renewed once for each call and not for ever', async () => {
    let calls = 0;
    server.use(
      mock.post(THING, () => {
        calls += 1;
        return HttpResponse.json({ detail: 'Never.' }, { status: 401 });
      }),
    );
    await expect(http.post('things/', {})).rejects.toMatchObject({ status: 401, message: 'Never.' });
    expect(calls).toBe(2);
    expect(session.isActive()).toBe(true);
  });

  it('cannot be renewed while the server is away: that is a lost connection, and no log-out', async () => {
    let calls = 0;
    server.use(
      mock.post('*/api/auth/token/refresh/', failure(503, {})),
      mock.post(THING, () => {
        calls += 1;
        return HttpResponse.json({});
      }),
    );
    session.begin(tokenPair('ended', 0));
    await expect(http.post('things/', {})).rejects.toBeInstanceOf(ConnectionError);
    expect(calls).toBe(0);
    expect(session.refreshToken()).toBe('refresh-ended');
  });

  it('is not renewed for what the person may not do', async () => {
    server.use(
      mock.post('*/api/auth/token/refresh/', failure(500, {})),
      mock.post(THING, failure(403, { detail: 'Not yours.' })),
    );
    await expect(http.post('things/', {})).rejects.toMatchObject({ status: 403, message: 'Not yours.' });
  });
});

describe('several calls whose token is refused', () => {
  it('renew it once, also when one hears of it late', async () => {
    let renewals = 0;
    let renewed: () => void = () => undefined;
    const afterTheRenewal = new Promise<void>((resolve) => {
      renewed = resolve;
    });
    const answer = async (request: Request, wait?: Promise<void>) => {
      await wait;
      const known = request.headers.get('Authorization')?.endsWith('.renewed');
      return HttpResponse.json({ ok: known }, { status: known ? 200 : 401 });
    };
    server.use(
      mock.post('*/api/auth/token/refresh/', () => {
        renewals += 1;
        return HttpResponse.json(tokenPair('renewed'));
      }),
      mock.get('*/api/quick/', ({ request }) => answer(request)),
      mock.get('*/api/slow/', ({ request }) => answer(request, afterTheRenewal)),
    );
    const slow = http.get('slow/');
    expect(await http.get('quick/')).toEqual({ ok: true });
    renewed();
    expect(await slow).toEqual({ ok: true });
    expect(renewals).toBe(1);
  });
});

describe('failures', () => {
  function counting(status: number, headers: Record<string, string> = {}) {
    const calls = { count: 0 };
    server.use(
      mock.all(THING, () => {
        calls.count += 1;
        return calls.count < 2 ? HttpResponse.json({}, { status, headers }) : HttpResponse.json({ ok: true });
      }),
    );
    return calls;
  }

  it('repeat a read while the backend restarts', async () => {
    counting(503);
    expect(await http.get('things/')).toEqual({ ok: true });
  });

  it('wait the second that nginx asks for', async () => {
    counting(429, { 'Retry-After': '1' });
    expect(await http.get('things/')).toEqual({ ok: true });
  });

  it('do not wait for the end of a long throttle', async () => {
    const calls = counting(429, { 'Retry-After': '3000' });
    await expect(http.get('things/')).rejects.toMatchObject({ status: 429 });
    expect(calls.count).toBe(1);
  });

  it.each([502, 503, 504])('of a server that is away (%i) pass by themselves', async (status) => {
    server.use(mock.post(THING, failure(status, { detail: 'Not shown.' })));
    const error = await http.post('things/', {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(String(error)).not.toContain('Not shown.');
  });

  it('repeat a read no more than twice', async () => {
    let calls = 0;
    server.use(
      mock.get(THING, () => {
        calls += 1;
        return HttpResponse.json({}, { status: 503 });
      }),
    );
    await expect(http.get('things/')).rejects.toBeInstanceOf(ConnectionError);
    expect(calls).toBe(3);
  });

  it.each([400, 404, 500])('never repeat a read that was answered by %i', async (status) => {
    const calls = counting(status);
    await expect(http.get('things/')).rejects.toMatchObject({ status });
    expect(calls.count).toBe(1);
  });

  it('never repeat a write', async () => {
    const calls = counting(503);
    await expect(http.post('things/', {})).rejects.toBeInstanceOf(ConnectionError);
    expect(calls.count).toBe(1);
  });

  it('become an ApiError with the fields at fault', async () => {
    server.use(mock.post(THING, failure(400, { title: ['Too long.'], non_field_errors: ['Twice.'] })));
    const error = await http.post('things/', {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, message: 'Twice.', fields: { title: ['Too long.'] } });
  });

  it('become a ConnectionError when there is no network', async () => {
    server.use(mock.post(THING, () => HttpResponse.error()));
    await expect(http.post('things/', {})).rejects.toBeInstanceOf(ConnectionError);
  });

  it('survive a body that is no JSON', async () => {
    server.use(mock.post(THING, () => HttpResponse.html('<h1>Bad</h1>', { status: 400 })));
    await expect(http.post('things/', {})).rejects.toMatchObject({ status: 400, fields: {} });
  });
});
