import { HttpResponse, http } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, server } from '@/test/backend';
import { token, tokenPair } from '@/test/data';
import { secondsOfToken, session } from './session';

const REFRESH = '*/api/auth/token/refresh/';
const KEY = 'resee.refresh';

/** Answers each refresh with a new pair and notes which token was used. */
function rotating() {
  const used: unknown[] = [];
  server.use(
    http.post(REFRESH, async ({ request }) => {
      used.push(((await request.json()) as { refresh: string }).refresh);
      return HttpResponse.json(tokenPair(String(used.length)));
    }),
  );
  return used;
}

describe('secondsOfToken', () => {
  it('reads for how long a token is good', () => {
    expect(secondsOfToken(token(60))).toBe(60);
  });

  it.each(['', 'a.b.c', 'nothing', `e30.${btoa('{}')}.x`])('takes "%s" as ended', (broken) => {
    expect(secondsOfToken(broken)).toBe(0);
  });
});

describe('the session', () => {
  it('uses the access token while it lasts', async () => {
    const used = rotating();
    const pair = tokenPair();
    session.begin(pair);
    expect(await session.accessToken()).toBe(pair.access);
    expect(used).toEqual([]);
  });

  it('renews a token that is about to end, and keeps the new refresh token', async () => {
    const used = rotating();
    session.begin(tokenPair('old', 20));
    expect(await session.accessToken()).toBe(tokenPair('1').access);
    expect(used).toEqual(['refresh-old']);
    expect(localStorage.getItem(KEY)).toBe('refresh-1');
  });

  it('is still there after the page was closed and opened', async () => {
    const used = rotating();
    localStorage.setItem(KEY, 'refresh-stored');
    expect(session.isActive()).toBe(true);
    await session.accessToken();
    expect(used).toEqual(['refresh-stored']);
  });

  it('renews once for many callers: each refresh token works only once', async () => {
    const used = rotating();
    localStorage.setItem(KEY, 'refresh-stored');
    const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.renew()]);
    expect(new Set(tokens).size).toBe(1);
    expect(used).toEqual(['refresh-stored']);
  });

  it('takes the token that another tab has left', async () => {
    const used = rotating();
    session.begin(tokenPair('mine', 0));
    localStorage.setItem(KEY, 'refresh-of-the-other-tab');
    await session.accessToken();
    expect(used).toEqual(['refresh-of-the-other-tab']);
  });

  it('lets tabs take turns where the browser has locks', async () => {
    const request = vi.fn((_name: string, work: () => unknown) => work());
    vi.stubGlobal('navigator', { ...navigator, locks: { request } });
    rotating();
    session.begin(tokenPair('old', 0));
    await session.accessToken();
    expect(request).toHaveBeenCalledWith(KEY, expect.any(Function));
    vi.unstubAllGlobals();
  });

  it('ends when the refresh token is refused', async () => {
    server.use(http.post(REFRESH, failure(401, { code: 'token_not_valid' })));
    session.begin(tokenPair('old', 0));
    expect(await session.accessToken()).toBeNull();
    expect(session.isActive()).toBe(false);
  });

  it('survives a server that is away', async () => {
    server.use(http.post(REFRESH, failure(503, {})));
    session.begin(tokenPair('old', 0));
    await expect(session.accessToken()).rejects.toThrow();
    expect(session.isActive()).toBe(true);
  });

  it('does not come back when somebody logs out during a renewal', async () => {
    rotating();
    session.begin(tokenPair('old', 0));
    const renewing = session.renew();
    session.end();
    expect(await renewing).toBeNull();
    expect(session.isActive()).toBe(false);
  });

  it('tells its listeners, also when another tab logs out', () => {
    const listener = vi.fn();
    const stop = session.subscribe(listener);
    session.begin(tokenPair());
    expect(listener).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new StorageEvent('storage', { key: KEY, newValue: null }));
    window.dispatchEvent(new StorageEvent('storage', { key: 'something.else', newValue: null }));
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
    session.end();
    expect(listener).toHaveBeenCalledTimes(2);
  });
});

describe('a clock that is wrong', () => {
  const MINUTE_MS = 60_000;
  afterEach(() => vi.useRealTimers());

  /** A pair that the server made at its own time and that lasts an hour. */
  function pairFromServer(serverNow: number) {
    const iat = Math.floor(serverNow / 1000);
    const payload = btoa(JSON.stringify({ iat, exp: iat + 3600 })).replaceAll('=', '');
    return { access: `e30.${payload}.x`, refresh: 'refresh-old' };
  }

  it.each([
    ['two hours fast', 2],
    ['two hours slow', -2],
    ['right', 0],
  ])('that is %s neither renews at each call nor keeps a token that has ended', async (_, hours) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const used = rotating();
    const pair = pairFromServer(Date.now() - hours * 60 * MINUTE_MS);
    session.begin(pair);
    vi.setSystemTime(Date.now() + 59 * MINUTE_MS);
    expect(await session.accessToken()).toBe(pair.access);
    vi.setSystemTime(Date.now() + MINUTE_MS);
    expect(await session.accessToken()).not.toBe(pair.access);
    expect(used).toEqual(['refresh-old']);
  });
});

describe('a renewal whose answer does not come', () => {
  /** As the server: what a token was renewed to is the same when it is asked again. */
  function renewing(loseTheFirst: () => Response | Promise<Response>) {
    const asked: string[] = [];
    server.use(
      http.post(REFRESH, async ({ request }) => {
        const { refresh } = (await request.json()) as { refresh: string };
        asked.push(refresh);
        return asked.length === 1 ? loseTheFirst() : HttpResponse.json(tokenPair(`after-${refresh}`));
      }),
    );
    return asked;
  }

  /** The module as a page that is opened has it. */
  async function load() {
    vi.resetModules();
    return (await import('./session')).session;
  }

  it('is asked again by the page that is loaded in its place', async () => {
    let closed: (answer: Response) => void = () => undefined;
    const asked = renewing(() => new Promise<Response>((resolve) => (closed = resolve)));
    localStorage.setItem(KEY, 'refresh-old');
    const before = (await load()).accessToken().catch(() => 'closed');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const reloaded = await load();
    expect(reloaded.isActive()).toBe(true);
    expect(await reloaded.accessToken()).toBe(tokenPair('after-refresh-old').access);
    expect(asked).toEqual(['refresh-old', 'refresh-old']);
    expect(localStorage.getItem(KEY)).toBe('refresh-after-refresh-old');
    closed(HttpResponse.error());
    expect(await before).toBe('closed');
  });

  it('is asked again by the same page, with the same token', async () => {
    const asked = renewing(() => HttpResponse.error());
    session.begin(tokenPair('old', 0));
    await expect(session.accessToken()).rejects.toThrow();
    expect(session.isActive()).toBe(true);
    expect(await session.accessToken()).toBe(tokenPair('after-refresh-old').access);
    expect(asked).toEqual(['refresh-old', 'refresh-old']);
  });
});

describe('two tabs of a browser without locks', () => {
  it('share the pair that the server gave to both', async () => {
    server.use(
      http.post(REFRESH, () => {
        localStorage.setItem(KEY, 'refresh-shared'); // the other tab was a moment faster
        return HttpResponse.json(tokenPair('shared'));
      }),
    );
    session.begin(tokenPair('mine', 0));
    expect(await session.accessToken()).toBe(tokenPair('shared').access);
    expect(localStorage.getItem(KEY)).toBe('refresh-shared');
  });

  it('leave alone what somebody else has logged in with meanwhile', async () => {
    server.use(
      http.post(REFRESH, () => {
        localStorage.setItem(KEY, 'refresh-of-another-login');
        return HttpResponse.json(tokenPair('mine-renewed'));
      }),
    );
    session.begin(tokenPair('mine', 0));
    expect(await session.accessToken()).toBeNull();
    expect(localStorage.getItem(KEY)).toBe('refresh-of-another-login');
  });

  /** The server has given the refresh token to the other tab already. */
  function lostTheRace(leftByTheOther: string | null) {
    const used: string[] = [];
    server.use(
      http.post(REFRESH, async ({ request }) => {
        const { refresh } = (await request.json()) as { refresh: string };
        used.push(refresh);
        if (refresh !== 'refresh-mine') {
          return HttpResponse.json(tokenPair('third'));
        }
        if (leftByTheOther === null) {
          localStorage.removeItem(KEY);
        } else {
          localStorage.setItem(KEY, leftByTheOther);
        }
        return HttpResponse.json({ code: 'token_not_valid' }, { status: 401 });
      }),
    );
    session.begin(tokenPair('mine', 0));
    return used;
  }

  it('stay logged in when both renew at once', async () => {
    const used = lostTheRace('refresh-theirs');
    expect(await session.accessToken()).toBe(tokenPair('third').access);
    expect(used).toEqual(['refresh-mine', 'refresh-theirs']);
    expect(localStorage.getItem(KEY)).toBe('refresh-third');
  });

  it('stay logged out when the other logged out meanwhile', async () => {
    const used = lostTheRace(null);
    expect(await session.accessToken()).toBeNull();
    expect(used).toEqual(['refresh-mine']);
    expect(session.isActive()).toBe(false);
  });
});
