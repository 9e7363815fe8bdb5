import i18next from 'i18next';
import { http } from '@/lib/http';
import { login } from './login';

export interface Registration {
  email: string;
  password: string;
  password_confirm: string;
}

/** Makes a user in the browser's time zone and the page's language, and logs in. */
export async function register(registration: Registration): Promise<void> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  await http.post('accounts/users/register/', {
    ...registration,
    time_zone,
    language: i18next.language,
  });
  await login({ email: registration.email, password: registration.password });
}
