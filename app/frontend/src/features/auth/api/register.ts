import { http } from '@/lib/http';
import { login } from './login';

export interface Registration {
  email: string;
  password: string;
  password_confirm: string;
}

/** Makes a user in the browser's time zone and logs in. */
export async function register(registration: Registration): Promise<void> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  await http.post('accounts/users/register/', { ...registration, time_zone });
  await login({ email: registration.email, password: registration.password });
}
