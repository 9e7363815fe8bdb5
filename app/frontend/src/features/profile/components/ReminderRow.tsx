import { useId } from 'react';
import type { FieldErrors, UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { ProfileForm } from '../form';

const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const WEEK = [0, 1, 2, 3, 4, 5, 6];

interface Props {
  kind: 'daily' | 'evening' | 'weekly';
  register: UseFormRegister<ProfileForm>;
  errors: FieldErrors<ProfileForm>;
}

function DayChoice({ register }: Pick<Props, 'register'>) {
  const { t, i18n } = useTranslation();
  const name = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' });
  return (
    <select
      {...register('preferences.weekly_day', { valueAsNumber: true })}
      aria-label={t('profile.weeklyDay')}
      className="input w-auto"
    >
      {WEEK.map((day) => (
        <option key={day} value={day}>
          {name.format(MONDAY + day * DAY_MS)}
        </option>
      ))}
    </select>
  );
}

/** One reminder: on or off, and when. */
export function ReminderRow({ kind, register, errors }: Props) {
  const { t } = useTranslation();
  const noteId = useId();
  const error = errors.preferences?.[`${kind}_time`]?.message;
  const name = t(`profile.${kind}`);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 py-4">
      <label className="flex min-w-40 flex-1 items-center gap-3">
        <input
          type="checkbox"
          {...register(`preferences.${kind}_enabled`)}
          className="size-5 shrink-0 accent-brand"
        />
        <span>
          <span className="block font-medium">{name}</span>
          <span className="block text-muted text-sm">{t(`profile.${kind}Text`)}</span>
        </span>
      </label>
      <div className="flex flex-wrap gap-2">
        {kind === 'weekly' && <DayChoice register={register} />}
        <input
          type="time"
          {...register(`preferences.${kind}_time`, { required: t('errors.required') })}
          aria-label={t('profile.timeOf', { name })}
          aria-invalid={error !== undefined}
          aria-describedby={error && noteId}
          className="input w-auto"
        />
      </div>
      {error && (
        <p id={noteId} role="alert" className="w-full text-right text-poor text-sm">
          {error}
        </p>
      )}
    </div>
  );
}
