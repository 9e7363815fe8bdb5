/**
 * Who is logged in. The access token lives in memory; the refresh token in local storage, because it must
 * outlive the tab. Each refresh token works once (the server rotates it), so tabs take turns. For half a minute
 * the server gives the same new pair for it again: to a page that was loaded anew before the answer came.
 */
import ky, { HTTPError } from 'ky';
import type { TokenPair } from '@/types/api';
import { storage } from './storage';

const REFRESH_KEY = 'resee.refresh';
/** Renewed this many seconds early, so that no request leaves with a token about to end. */
const MARGIN_SECONDS = 30;

let access: string | null = null;
/** By this browser's clock, in milliseconds; it may be wrong, so only the token's length is taken from the server. */
let accessEnds = 0;
let renewal: Promise<string | null> | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) {
    listener();
  }
}

function store(pair: TokenPair): void {
  access = pair.access;
  accessEnds = Date.now() + (secondsOfToken(pair.access) - MARGIN_SECONDS) * 1000;
  storage.set(REFRESH_KEY, pair.refresh);
  tell();
}

/** For how many seconds a JSON web token is good from when it was made; 0 when it cannot be read. */
export function secondsOfToken(token: string): number {
  try {
    const payload = token.split('.')[1] ?? '';
    const json = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const { iat, exp } = JSON.parse(json);
    return exp - iat || 0;
  } catch {
    return 0;
  }
}

/** One tab at a time; browsers without the Web Locks API refresh without waiting. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(REFRESH_KEY, work) : work();
}

async function renewWithStoredToken(): Promise<string | null> {
  const refresh = storage.get(REFRESH_KEY);
  if (refresh === null) {
    return null;
  }
  try {
    const pair = await ky
      .post(`${window.location.origin}/api/auth/token/refresh/`, { json: { refresh }, retry: 0 })
      .json<TokenPair>();
    // Logged out meanwhile: the new pair must not bring the session back. Another tab may have stored the same.
    if (![refresh, pair.refresh].includes(storage.get(REFRESH_KEY) ?? '')) {
      return null;
    }
    store(pair);
    return pair.access;
  } catch (error) {
    if (error instanceof HTTPError && error.response.status === 401) {
      // Without locks another tab may have used this token first, and left a newer one.
      if (![refresh, null].includes(storage.get(REFRESH_KEY))) {
        return renewWithStoredToken();
      }
      session.end();
      return null;
    }
    throw error;
  }
}

export const session = {
  /** Starts a session with the tokens of a login. */
  begin(pair: TokenPair): void {
    store(pair);
  },

  /** Forgets both tokens; other tabs follow. */
  end(): void {
    access = null;
    storage.remove(REFRESH_KEY);
    tell();
  },

  isActive(): boolean {
    return storage.get(REFRESH_KEY) !== null;
  },

  refreshToken(): string | null {
    return storage.get(REFRESH_KEY);
  },

  /** A token that the server will take, renewed when needed; null when nobody is logged in. */
  accessToken(): Promise<string | null> {
    return access !== null && Date.now() < accessEnds ? Promise.resolve(access) : session.renew();
  },

  /** A token in place of one that the server has refused; renewed unless that has happened meanwhile. */
  instead(refused: string): Promise<string | null> {
    return access === null || access === refused ? session.renew() : session.accessToken();
  },

  /** Renews once, however many callers ask at the same time. Throws when the server is away. */
  renew(): Promise<string | null> {
    renewal ??= exclusively(renewWithStoredToken).finally(() => {
      renewal = null;
    });
    return renewal;
  },

  /** Calls back when a session begins or ends, here or in another tab. */
  subscribe(listener: () => void): () => void {
    const onStorage = (event: StorageEvent) => {
      if (event.key === REFRESH_KEY || event.key === null) {
        access = event.newValue === null ? null : access;
        listener();
      }
    };
    listeners.add(listener);
    window.addEventListener('storage', onStorage);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', onStorage);
    };
  },
};
