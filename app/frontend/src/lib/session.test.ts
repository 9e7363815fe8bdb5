import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { failure, server } from '@/test/backend';
import { token, tokenPair } from '@/test/data';
import { endOfToken, session } from './session';

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

describe('endOfToken', () => {
  it('reads when a token ends', () => {
    expect(endOfToken(token(60)) - endOfToken(token(0))).toBe(60);
  });

  it.each(['', 'a.b.c', 'nothing', `e30.${btoa('{}')}.x`])('takes "%s" as ended', (broken) => {
    expect(endOfToken(broken)).toBe(0);
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
