import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A password field that can show what was typed. */
export function PasswordInput(props: InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useTranslation();
  const [visible, setVisible] = useState(false);
  const Icon = visible ? EyeOff : Eye;
  return (
    <div className="relative">
      <input {...props} type={visible ? 'text' : 'password'} className="input pr-12" />
      <button
        type="button"
        className="absolute inset-y-0 right-0 grid w-12 place-items-center rounded-xl text-muted"
        aria-pressed={visible}
        aria-label={t('auth.showPassword')}
        onClick={() => setVisible(!visible)}
      >
        <Icon className="size-4.5" aria-hidden="true" />
      </button>
    </div>
  );
}
