/** Ends the session here and on the server, and forgets what was loaded for it. */
import { useQueryClient } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { session } from '@/lib/session';

export function useLogout(): () => void {
  const client = useQueryClient();
  return () => {
    const refresh = session.refreshToken();
    session.end();
    client.clear();
    // The session is over on this machine whether or not the server hears of it; the token ends by itself.
    http.post('auth/token/blacklist/', { refresh }).catch(() => undefined);
  };
}
