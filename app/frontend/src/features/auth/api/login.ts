import { http } from '@/lib/http';
import { session } from '@/lib/session';
import type { TokenPair } from '@/types/api';

export interface Credentials {
  email: string;
  password: string;
}

/** Exchanges e-mail and password for tokens and starts the session. */
export async function login(credentials: Credentials): Promise<void> {
  session.begin(await http.post<TokenPair>('auth/token/', credentials));
}
