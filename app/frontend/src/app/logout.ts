/** Ends the session here and on the server. */
import { http } from '@/lib/http';
import { session } from '@/lib/session';

export function logout(): void {
  const refresh = session.refreshToken();
  session.end();
  // The session is over on this machine whether or not the server hears of it; the token ends by itself.
  http.post('auth/token/blacklist/', { refresh }).catch(() => undefined);
}
