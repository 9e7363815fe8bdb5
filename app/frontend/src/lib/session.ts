/**
 * Who is logged in. The access token lives in memory; the refresh token in local storage, because it must
 * outlive the tab. Each refresh token works once (the server rotates it), so tabs take turns.
 */
import ky, { HTTPError } from 'ky';
import type { TokenPair } from '@/types/api';

const REFRESH_KEY = 'resee.refresh';
/** Renewed this many seconds early, so that no request leaves with a token about to end. */
const MARGIN_SECONDS = 30;

let access: string | null = null;
let renewal: Promise<string | null> | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) {
    listener();
  }
}

function store(pair: TokenPair): void {
  access = pair.access;
  localStorage.setItem(REFRESH_KEY, pair.refresh);
  tell();
}

/** Seconds since 1970 at which a JSON web token ends; 0 when it cannot be read. */
export function endOfToken(token: string): number {
  try {
    const payload = token.split('.')[1] ?? '';
    const json = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    return Number(JSON.parse(json).exp) || 0;
  } catch {
    return 0;
  }
}

function isFresh(token: string): boolean {
  return endOfToken(token) - MARGIN_SECONDS > Date.now() / 1000;
}

/** One tab at a time; browsers without the Web Locks API refresh without waiting. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(REFRESH_KEY, work) : work();
}

async function renewWithStoredToken(): Promise<string | null> {
  const refresh = localStorage.getItem(REFRESH_KEY);
  if (refresh === null) {
    return null;
  }
  try {
    const pair = await ky
      .post(`${window.location.origin}/api/auth/token/refresh/`, { json: { refresh }, retry: 0 })
      .json<TokenPair>();
    // Logged out meanwhile: the new pair must not bring the session back.
    if (localStorage.getItem(REFRESH_KEY) !== refresh) {
      return null;
    }
    store(pair);
    return pair.access;
  } catch (error) {
    if (error instanceof HTTPError && error.response.status === 401) {
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
    localStorage.removeItem(REFRESH_KEY);
    tell();
  },

  isActive(): boolean {
    return localStorage.getItem(REFRESH_KEY) !== null;
  },

  refreshToken(): string | null {
    return localStorage.getItem(REFRESH_KEY);
  },

  /** A token that the server will take, renewed when needed; null when nobody is logged in. */
  accessToken(): Promise<string | null> {
    return access !== null && isFresh(access) ? Promise.resolve(access) : session.renew();
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
